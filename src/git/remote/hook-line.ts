import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";

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

/** The hooks of one push ask on a line of its own, one after the other. `answer` may not throw. */
export function answerHooks(line: Duplex, answer: (call: HookCall) => Promise<HookAnswer>): void {
  // What breaks here, the hook notices: it refuses the push.
  line.on("error", () => {});
  readCalls(line, async (call) => {
    const { accept, lines } = await answer(call);
    const text = lines.flatMap(printable).map((each) => `say ${each}\n`);
    line.write(`${text.join("")}${accept ? "accept" : "refuse"}\n`);
  });
}

function readCalls(line: Duplex, onCall: (call: HookCall) => Promise<void>): void {
  let hook = "";
  let refs: PushedRef[] = [];
  createInterface({ input: line, crlfDelay: Infinity }).on("line", (text) => {
    const [word, ...rest] = text.split(" ");
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
