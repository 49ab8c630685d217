import { spawn } from "node:child_process";
import type { Readable } from "node:stream";

import type { GitEnvironment } from "./git-environment.ts";

export interface GitProcess {
  readonly environment: GitEnvironment;
  /** Written to its standard input. */
  readonly input?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GitResult {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** What a read may bring into memory: a listing of some 500,000 files. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/** Git exited non-zero; `stderr` is in English, whatever the machine's language. */
export class GitFailedError extends Error {
  override name = "GitFailedError";
  readonly stderr: string;
  constructor(args: readonly string[], exitCode: number | null, stderr: string) {
    super(
      `git ${args[0] ?? ""} ended with ${exitCode ?? "a signal"}: ${stderr.trim().slice(0, 2000)}`,
    );
    this.stderr = stderr;
  }
}

/** Runs git to its end and gives its bytes; simple-git gives text only. Throws when it cannot be started or is aborted. */
export async function runGit(args: readonly string[], process: GitProcess): Promise<GitResult> {
  const started = startGit(args, process);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of started.stdout) {
    size += chunk.length;
    if (size > MAX_OUTPUT_BYTES) {
      started.stop();
      throw new Error(`git ${args[0] ?? ""} answered with more than ${MAX_OUTPUT_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  return { ...(await started.ended), stdout: Buffer.concat(chunks) };
}

/** The output of a git process that must succeed. */
export async function gitOutput(args: readonly string[], process: GitProcess): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await runGit(args, process);
  if (exitCode !== 0) throw new GitFailedError(args, exitCode, stderr);
  return stdout;
}

/** Its output as it comes; throws GitFailedError at the end where it failed. Who stops reading stops git. */
export async function* streamGit(
  args: readonly string[],
  process: GitProcess,
): AsyncGenerator<Buffer> {
  const started = startGit(args, process);
  let read = false;
  try {
    yield* started.stdout;
    read = true;
  } finally {
    if (!read) started.stop();
  }
  const { exitCode, stderr } = await started.ended;
  if (exitCode !== 0) throw new GitFailedError(args, exitCode, stderr);
}

interface StartedGit {
  readonly stdout: AsyncIterable<Buffer>;
  readonly ended: Promise<Pick<GitResult, "exitCode" | "stderr">>;
  stop(): void;
}

function startGit(args: readonly string[], { environment, input, signal }: GitProcess): StartedGit {
  const child = spawn("git", args, {
    env: environment,
    cwd: "/",
    stdio: ["pipe", "pipe", "pipe"],
    ...(signal && { signal }),
  });
  // A git that does not read to the end closes its input early: its exit code tells more than EPIPE.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const stderr = textOf(child.stderr);
  const ended = new Promise<Pick<GitResult, "exitCode" | "stderr">>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stderr: stderr() }));
  });
  // It is awaited after the output was read; a start that fails until then is not an unhandled rejection.
  ended.catch(() => {});
  return { stdout: child.stdout, ended, stop: () => void child.kill() };
}

/** Keeps the first 64 KiB, reads all. */
function textOf(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    if (text.length < 65_536) text += chunk;
  });
  return () => text;
}
