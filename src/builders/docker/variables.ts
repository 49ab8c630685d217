const variable = /\$(\w+)|\$\{(\w+)(?:(:?[-+?])([^${}]*))?\}/g;

/** Replaces `$A`, `${A}`, `${A:-default}` and `${A:+instead}`, also nested, as a Dockerfile's FROM does. */
export function expandVariables(text: string, known: ReadonlyMap<string, string>): string {
  let expanded = text;
  // Inner ones first; the bound is for values that name themselves.
  for (let depth = 0; depth < 10 && expanded.includes("$"); depth += 1) {
    const next = expanded.replaceAll(
      variable,
      (_all, plain: string | undefined, braced = "", operator = "", word = "") => {
        const value = known.get(plain ?? String(braced));
        const isSet = value !== undefined && !(String(operator).startsWith(":") && value === "");
        if (String(operator).endsWith("-")) return isSet ? value : String(word);
        if (String(operator).endsWith("+")) return isSet ? String(word) : "";
        return value ?? "";
      },
    );
    if (next === expanded) break;
    expanded = next;
  }
  return expanded;
}
