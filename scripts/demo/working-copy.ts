import { spawn } from "node:child_process";
import { cp, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const EXAMPLE = fileURLToPath(new URL("../../examples/digits", import.meta.url));
/** Each run of the demo takes the next one, so that there is something to compare. */
const RATES = ["0.05", "0.1", "0.02", "0.2", "0.01"];

export interface Remote {
  readonly gitUrl: string;
  readonly tokenFile: string;
  readonly signal: AbortSignal;
}

export interface Pushed {
  readonly commit: string;
  readonly message: string;
  /** What the server said to the pusher, one sentence each. */
  readonly answers: readonly string[];
}

/** A clone of the demo's repository with something in it; one that is there already is used as it is. */
export async function openWorkingCopy(folder: string, remote: Remote): Promise<void> {
  const git = gitIn(folder, remote.signal);
  if ((await stat(join(folder, ".git")).catch(() => undefined)) === undefined) {
    await mkdir(folder, { recursive: true });
    await git("init", "--quiet", "--initial-branch=main");
    await git("remote", "add", "origin", remote.gitUrl);
    await git("config", "user.name", "Assay demo");
    await git("config", "user.email", "demo@localhost");
  }
  // The port may be another one today.
  await git("remote", "set-url", "origin", remote.gitUrl);
  await useTokenFile(git, remote.tokenFile);
  await git("fetch", "--quiet", "origin");
  if (await isKnown(git, "HEAD")) return;
  if (await isKnown(git, "origin/main")) {
    await git("checkout", "--quiet", "-B", "main", "--track", "origin/main");
    return;
  }
  await cp(EXAMPLE, folder, { recursive: true });
  await git("add", "--all");
}

/** Commits with the next learning rate, and whatever was changed by hand; then pushes. */
export async function pushExperiment(folder: string, { signal }: Remote): Promise<Pushed> {
  const git = gitIn(folder, signal);
  const commits = (await isKnown(git, "HEAD"))
    ? Number((await git("rev-list", "--count", "HEAD")).stdout)
    : 0;
  const rate = RATES[commits % RATES.length] ?? "0.05";
  const message = `exp: learn the digits at a rate of ${rate}`;
  const plainly = ["--quiet", "--all", "--allow-empty", "--no-verify", "--no-gpg-sign"];
  await git("commit", ...plainly, "-m", message, "-m", `Exp-Param: lr=${rate}`);
  const { stderr } = await git("push", "--set-upstream", "origin", "HEAD:main");
  const answers = stderr.split("\n").flatMap((line) => /^remote: ?(.*\S)/.exec(line)?.[1] ?? []);
  return { commit: (await git("rev-parse", "HEAD")).stdout.trim(), message, answers };
}

/** git asks the file each time, so the token is neither in its configuration nor on a command line. */
async function useTokenFile(git: Git, tokenFile: string): Promise<void> {
  const quoted = `'${tokenFile.replaceAll("'", String.raw`'\''`)}'`;
  const helper = `!echo username=admin; echo "password=\${ASSAY_ADMIN_TOKEN:-$(cat ${quoted})}";:`;
  // The empty one in front keeps the machine's own helpers from storing the token.
  await git("config", "--replace-all", "credential.helper", "");
  await git("config", "--add", "credential.helper", helper);
}

const isKnown = (git: Git, revision: string): Promise<boolean> =>
  git("rev-parse", "--quiet", "--verify", `${revision}^{commit}`).then(
    () => true,
    () => false,
  );

type Git = (...words: readonly string[]) => Promise<{ stdout: string; stderr: string }>;

function gitIn(folder: string, signal: AbortSignal): Git {
  return (...words) =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
      const git = spawn("git", words, {
        cwd: folder,
        env,
        signal,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let stdout = "";
      let stderr = "";
      git.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      git.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      git.once("error", reject);
      git.once("close", (code) => {
        if (code === 0) resolve({ stdout, stderr });
        else reject(new Error(`git ${words[0]} failed in ${folder}: ${stderr.trim()}`));
      });
    });
}
