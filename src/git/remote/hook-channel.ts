import { execFile } from "node:child_process";
import { constants, open as openFile } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import type { GitEnvironment } from "../git-environment.ts";

export interface PushedRef {
  /** In full: refs/heads/main. */
  readonly ref: string;
  /** 40 zeros where it is new. */
  readonly before: string;
  /** 40 zeros where it was deleted. */
  readonly after: string;
}

export interface HookCall {
  readonly hook: string;
  readonly refs: readonly PushedRef[];
}

export interface HookAnswer {
  readonly accept: boolean;
  /** Shown to the pusher, each as `remote: …`. */
  readonly lines: readonly string[];
}

export interface HookChannel {
  /** What the hooks get as ASSAY_PUSH_FOLDER. */
  readonly folder: string;
  close(): Promise<void>;
}

const open = promisify(openFile);

/** Two FIFOs in a folder that only this account can enter: the hooks of one push ask through them. `answer` may not throw. */
export async function openHookChannel(
  { temporaryFolder, environment }: { temporaryFolder: string; environment: GitEnvironment },
  answer: (call: HookCall) => Promise<HookAnswer>,
): Promise<HookChannel> {
  const folder = await mkdtemp(join(temporaryFolder, "assay-push-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const fifos = ["ask", "answer"];
    await promisify(execFile)("mkfifo", ["-m", "600", ...fifos], { cwd: folder, env: environment });
    const asked = await openFifo(join(folder, "ask"), "read");
    const answered = await openFifo(join(folder, "answer"), "write");
    readCalls(asked, async (call) => {
      const { accept, lines } = await answer(call);
      const text = lines.flatMap(printable).map((line) => `say ${line}\n`);
      answered.write(`${text.join("")}${accept ? "accept" : "refuse"}\n`);
    });
    const close = (): Promise<void> => {
      asked.destroy();
      answered.destroy();
      return remove();
    };
    return { folder, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** For both directions, so that it is open whether or not a hook has it open; as a socket, so that no thread waits in it. */
async function openFifo(path: string, direction: "read" | "write"): Promise<Socket> {
  const fd = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
  const reads = direction === "read";
  const socket = new Socket({ fd, readable: reads, writable: !reads });
  // What breaks here, the hook notices: it refuses the push.
  socket.on("error", () => {});
  return socket;
}

function readCalls(socket: Socket, onCall: (call: HookCall) => Promise<void>): void {
  let hook = "";
  let refs: PushedRef[] = [];
  createInterface({ input: socket, crlfDelay: Infinity }).on("line", (line) => {
    const [word, ...rest] = line.split(" ");
    if (word === "hook") {
      hook = rest.join(" ");
      refs = [];
    } else if (word === "ref") {
      const [before = "", after = "", ...ref] = rest;
      refs.push({ ref: ref.join(" "), before, after });
    } else if (word === "end") {
      void onCall({ hook, refs });
    }
  });
}

/** A terminal gets text only: no colours, no cursor movements, no line that pretends to be another. */
function printable(text: string): readonly string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll("\t", "  ").replaceAll(/\p{Cc}|\p{Cf}/gu, ""));
}
