import type { Instruction } from "./dockerfile.ts";

/** An instruction's options and what comes after them. */
export interface Flags {
  readonly flags: readonly { readonly name: string; readonly value: string }[];
  readonly rest: string;
}

/** undefined: a quote, an escape or a variable in an option decides, which BuildKit alone can tell. */
export function readFlags({ keyword, written }: Instruction): Flags | undefined {
  const flags: { readonly name: string; readonly value: string }[] = [];
  let rest = written.slice(keyword.length);
  for (;;) {
    const [whole, flag = ""] = /^\s+--(\S+)/.exec(rest) ?? [];
    if (whole === undefined) return { flags, rest: rest.trim() };
    if (/["'\\$]/.test(flag)) return undefined;
    const [name = "", ...value] = flag.split("=");
    flags.push({ name: name.toLowerCase(), value: value.join("=") });
    rest = rest.slice(whole.length);
  }
}

/** `type=secret,id=TOKEN` of RUN's --mount, its keys in lower case. */
export function readMount(value: string): ReadonlyMap<string, string> {
  return new Map(
    value.split(",").map((pair) => {
      const [key = "", ...rest] = pair.split("=");
      return [key.trim().toLowerCase(), rest.join("=")];
    }),
  );
}
