import { run } from "./run.ts";

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

// `assay … | head` closes the pipe early: nobody reads any more, and that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  folder: process.cwd(),
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  interrupted: interrupted.signal,
});
