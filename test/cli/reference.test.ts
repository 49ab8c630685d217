import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { promisify } from "node:util";

import { expect, test } from "@jest/globals";

import { createProgram, everyCommand } from "../../src/cli/program.ts";
import { reference } from "../../src/cli/reference.ts";
import { Person } from "./assay.ts";

const program = createProgram({
  env: {},
  folder: ".",
  in: new PassThrough(),
  out: new PassThrough(),
  err: new PassThrough(),
  interrupted: new AbortController().signal,
});

test("docs/cli.md is what the commands say of themselves", async () => {
  expect(await readFile("docs/cli.md", "utf8")).toBe(reference(program));
});

test("every command, argument and option is explained, in a sentence where it is a command", () => {
  for (const command of everyCommand(program)) {
    expect(command.description()).toMatch(/^[A-Z].*\.$/s);
    for (const { description } of [...command.options, ...command.registeredArguments])
      expect(description).not.toBe("");
  }
});

test("help goes to the standard output, what is wrong to the other one", async () => {
  const ada = await Person.create();

  const help = await ada.assay(["experiments", "logs", "--help"]);
  const bare = await ada.assay([]);
  const version = await ada.assay(["--version"]);
  const wrong = await ada.assay(["experiments", "logs", "1", "--stp", "Running"]);

  expect(help.code).toBe(0);
  expect(help.out).toContain("Usage: assay experiments logs [options] <id>");
  expect(help.out).toContain("assay experiments logs digits#12 --follow");
  expect(bare.code).toBe(2);
  expect(bare.err).toContain("Exit codes:");
  expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(wrong).toMatchObject({ code: 2, out: "" });
  expect(wrong.err).toContain("Did you mean --step?");
  await ada.remove();
});

test("bash completes commands, options and the values that are known", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-completion-"));
  const ada = await Person.create();
  const { out } = await ada.assay(["completion", "bash"]);
  await writeFile(join(folder, "assay"), out);
  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    const script = `. ./assay; COMP_WORDS=(assay "$@"); COMP_CWORD=$#; _assay; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)("bash", ["-c", script, "bash", ...words], {
      cwd: folder,
    });
    return stdout.trim().split("\n");
  };

  expect(await complete("exp")).toEqual(["experiments"]);
  expect(await complete("experiments", "un")).toEqual(["unarchive"]);
  expect(await complete("exp", "submit", "commit", "--fr")).toEqual(["--fresh-build"]);
  expect(await complete("experiments", "logs", "digits#12", "--step", "Bui")).toEqual(["Building"]);
  expect(await complete("login", "--")).toEqual(["--url", "--token", "--help"]);
  for (const shell of ["zsh", "fish"])
    expect((await ada.assay(["completion", shell])).out).toContain("unarchive");
  expect((await ada.assay(["completion", "tcsh"])).code).toBe(2);
  await ada.remove();
  await rm(folder, { recursive: true });
});
