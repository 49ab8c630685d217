import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface WorkingCopy {
  readonly folder: string;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Writes files, commits them, and answers the commit's id. Without files the commit is empty. */
  readonly commit: (message: string, files?: Readonly<Record<string, string>>) => Promise<string>;
  /** Pushes and answers what the pusher's terminal shows; rejects where the push is refused. */
  readonly push: (...args: readonly string[]) => Promise<string>;
  readonly remove: () => Promise<void>;
}

const IDENTITY = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

/** A repository as a person has it, with real git; `remote` is where it pushes to, with this token. */
export async function createWorkingCopy(remote?: string, token = ""): Promise<WorkingCopy> {
  const folder = await mkdtemp(join(tmpdir(), "assay-work-"));
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    ...IDENTITY,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`ada:${token}`).toString("base64")}`,
  };
  const both = (args: readonly string[]) =>
    run("git", [...args], { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
  const git = async (...args: readonly string[]): Promise<string> =>
    (await both(args)).stdout.trim();
  await git("init", "--quiet", "--initial-branch=main");
  if (remote !== undefined) await git("remote", "add", "origin", remote);
  return {
    folder,
    git,
    async commit(message, files = {}) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "--message", message);
      return git("rev-parse", "HEAD");
    },
    async push(...args) {
      const { stderr } = await both(["push", "origin", ...(args.length === 0 ? ["HEAD"] : args)]);
      return stderr;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
