import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { extract } from "tar-stream";

import { DEFAULT_SETTINGS, type Project } from "../../src/core/project.ts";

const run = promisify(execFile);

/** A person's git: nothing of this machine's configuration, and always the same dates. */
export const personsGit = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
  LC_ALL: "C.UTF-8",
};

export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "assay-git-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A working copy on this machine. */
export class WorkingCopy {
  readonly folder: string;
  #commits = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async create(folder: string): Promise<WorkingCopy> {
    await mkdir(folder, { recursive: true });
    const copy = new WorkingCopy(folder);
    await copy.git("init", "--quiet", "--initial-branch=main");
    return copy;
  }

  get url(): string {
    return pathToFileURL(join(this.folder, ".git")).href;
  }

  /** Its output, without the last line break. */
  async git(...args: string[]): Promise<string> {
    const { stdout } = await run("git", args, { cwd: this.folder, env: this.#environment() });
    return stdout.trimEnd();
  }

  /** What it prints to the terminal, and whether it succeeded. */
  async try(...args: string[]): Promise<{ ok: boolean; output: string }> {
    const result = run("git", args, { cwd: this.folder, env: this.#environment() });
    return result.then(
      ({ stdout, stderr }) => ({ ok: true, output: stdout + stderr }),
      (error: { stdout: string; stderr: string }) => ({
        ok: false,
        output: error.stdout + error.stderr,
      }),
    );
  }

  async write(files: Readonly<Record<string, string | { link: string }>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.folder, name);
      await mkdir(dirname(path), { recursive: true });
      if (typeof content === "string") await writeFile(path, content);
      else await symlink(content.link, path);
    }
  }

  /** Answers the commit's id. */
  async commit(
    message: string,
    files: Readonly<Record<string, string | { link: string }>> = {},
  ): Promise<string> {
    await this.write(files);
    await this.git("add", "--all", "--force");
    this.#commits += 1;
    await this.git("commit", "--quiet", "--allow-empty", "--message", message);
    return this.git("rev-parse", "HEAD");
  }

  /** A minute between commits, so that their order is not a matter of luck. */
  #environment(): Record<string, string> {
    const date = `2026-01-01T00:${String(this.#commits % 60).padStart(2, "0")}:00Z`;
    return { ...personsGit, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  }
}

export function project(values: Partial<Project>): Project {
  return {
    id: "4d0ee2a6-7d3c-4c5b-9f63-0f1c2d6a8b11",
    slug: "digits",
    name: "Digits",
    forge: "github",
    repository: undefined,
    forgeRepositoryId: undefined,
    engine: "docker",
    settings: DEFAULT_SETTINGS,
    createdAt: new Date(0),
    ...values,
  };
}

export async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) {
    if (!ArrayBuffer.isView(chunk)) throw new Error("The stream gives something else than bytes.");
    chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  return Buffer.concat(chunks);
}

/** Name → content, link target or, for a folder, undefined. */
export async function filesOf(tar: Buffer): Promise<Record<string, string | undefined>> {
  const files: Record<string, string | undefined> = {};
  await readTar(tar, (name, content) => {
    files[name] = typeof content === "string" ? content : content?.toString("utf8");
  });
  return files;
}

/** Shows every entry: a file's bytes, a link as `-> target`, a folder as undefined. */
export async function readTar(
  tar: Buffer,
  visit: (name: string, content: Buffer | string | undefined) => void | Promise<void>,
): Promise<void> {
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const bytes = await bytesOf(entry);
    const { name, type, linkname } = entry.header;
    if (type === "directory") await visit(name, undefined);
    else await visit(name, type === "symlink" ? `-> ${linkname ?? ""}` : bytes);
  }
}
