import { writeFile } from "node:fs/promises";

import { createProgram } from "../src/cli/program.ts";
import { reference } from "../src/cli/reference.ts";

const program = createProgram({
  env: {},
  folder: ".",
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  interrupted: new AbortController().signal,
});
await writeFile("docs/cli.md", reference(program));
