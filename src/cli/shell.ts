/** Where a command runs: main.ts takes it from the process, tests make it up. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly in: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly out: Output;
  readonly err: Output;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** A stream; with `isTTY`, a terminal of so many columns. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** Writes lines to the standard output. */
export function print({ out }: Pick<Shell, "out">, ...lines: readonly string[]): void {
  if (lines.length > 0) out.write(`${lines.join("\n")}\n`);
}

/** What scripts read. */
export function printJson(shell: Pick<Shell, "out">, value: unknown): void {
  print(shell, JSON.stringify(value, undefined, 2));
}

/** For a person's eyes alone: it is not part of what a pipe carries on. */
export function remark({ err }: Pick<Shell, "err">, ...lines: readonly string[]): void {
  if (lines.length > 0) err.write(`${lines.join("\n")}\n`);
}

/** https://no-color.org: any value but the empty one. */
export function hasColours({ env, out }: Pick<Shell, "env" | "out">): boolean {
  return out.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
