/** What a replica of the dummy engine "does": output at given times, then an end. Plain JSON, for the journal. */
export interface Program {
  /** So many numbered lines come before all else. */
  readonly logLines: number;
  readonly output: readonly {
    readonly atMilliseconds: number;
    readonly stream: "stdout" | "stderr";
    readonly text: string;
  }[];
  readonly endsAtMilliseconds: number;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Does not end by SIGTERM. */
  readonly ignoresStop: boolean;
}

/**
 * Reads a command without running anything, so that one manifest means the same here and in a shell. Statements are
 * separated by `;`, `&&` or line ends:
 *
 *     sleep 0.5            takes so many seconds
 *     echo some text       writes a line; `$NAME` and `${NAME}` are replaced, quotes removed, `>&2` goes to stderr
 *     exit 3               ends
 *     true, false          what follows `false &&` is left out
 *     trap '' TERM         ignores a stop: only a kill ends it
 *
 * Anything else writes `would run: …` and succeeds. Variables come first where they are set: DUMMY_SECONDS (lasts so
 * long), DUMMY_EXIT_CODES ("1,0": of the first attempt, the second, …; the last one holds on), DUMMY_LOG_LINES (that
 * many lines before all else), DUMMY_IGNORE_STOP=1, DUMMY_OUT_OF_MEMORY=1 (ends like one that the kernel killed).
 */
export function toProgram(command: string, env: Readonly<Record<string, string>>): Program {
  const output: Program["output"][number][] = [];
  let now = 0;
  let status = 0;
  let ignoresStop = env["DUMMY_IGNORE_STOP"] === "1";
  let ended = false;
  for (const { text, onSuccess } of statements(command)) {
    if (ended) break;
    if (onSuccess && status !== 0) continue;
    const { word, rest } = split(expand(text, env));
    status = 0;
    if (word === "sleep") now += Number(rest) * 1000;
    else if (word === "echo") output.push({ atMilliseconds: now, ...echo(rest) });
    else if (word === "false") status = 1;
    else if (word === "trap") ignoresStop = true;
    else if (word === "exit") {
      status = Number(rest || status) % 256;
      ended = true;
    } else if (word !== "true")
      output.push({ atMilliseconds: now, stream: "stdout", text: `would run: ${text}\n` });
  }
  const outOfMemory = env["DUMMY_OUT_OF_MEMORY"] === "1";
  return {
    logLines: Number(env["DUMMY_LOG_LINES"] ?? 0),
    output,
    endsAtMilliseconds: secondsOf(env) ?? now,
    exitCode: outOfMemory ? 137 : (exitCodeOf(env) ?? status),
    outOfMemory,
    ignoresStop,
  };
}

function statements(
  command: string,
): readonly { readonly text: string; readonly onSuccess: boolean }[] {
  const parts = command.split(/(;|&&|\n)/);
  return parts
    .map((part, index) => ({ text: part.trim(), onSuccess: parts[index - 1] === "&&" }))
    .filter(({ text }, index) => index % 2 === 0 && text !== "");
}

function split(text: string): { readonly word: string; readonly rest: string } {
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  return { word, rest };
}

function echo(rest: string): { readonly stream: "stdout" | "stderr"; readonly text: string } {
  const toStderr = /\s*>&2$/.test(rest);
  const text = rest.replace(/\s*>&2$/, "").replaceAll(/["']/g, "");
  return { stream: toStderr ? "stderr" : "stdout", text: `${text}\n` };
}

function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (_, braced?: string, plain?: string) => env[braced ?? plain ?? ""] ?? "",
  );
}

function secondsOf(env: Readonly<Record<string, string>>): number | undefined {
  const seconds = env["DUMMY_SECONDS"];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function exitCodeOf(env: Readonly<Record<string, string>>): number | undefined {
  const codes = env["DUMMY_EXIT_CODES"]?.split(",").map(Number);
  return codes?.[Math.min(Number(env["ASSAY_ATTEMPT"] ?? 1), codes.length) - 1];
}
