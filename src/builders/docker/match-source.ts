/** How a path of the context stands to a source of COPY: on the way to it, the source itself, below it, or neither. */
export type Standing = "above" | "itself" | "below" | "neither";

/**
 * Judges paths, given as their names, by a source such as `src`, `src/*.py` or "" (all). Wildcards that every
 * BuildKit reads alike are `*` and `?`; from any other on, everything counts as named.
 */
export function sourceMatcher(source: string): (names: readonly string[]) => Standing {
  const parts = source === "" ? [] : source.split("/");
  const wide = parts.findIndex((part) => part.includes("**") || /[[\]\\]/.test(part));
  const patterns = wide < 0 ? parts : parts.slice(0, wide);
  return (names) => {
    const isOther = names.some((name, index) => {
      const pattern = patterns[index];
      return pattern !== undefined && !matchesName(pattern, name);
    });
    if (isOther) return "neither";
    if (wide >= 0) return names.length > patterns.length ? "itself" : "above";
    if (names.length < patterns.length) return "above";
    return names.length === patterns.length ? "itself" : "below";
  };
}

/** `*` and `?` in one name. Goes back to the last `*` alone, so that no pattern takes for ever. */
function matchesName(pattern: string, name: string): boolean {
  let place = 0;
  let star = -1;
  let afterStar = 0;
  for (let index = 0; index < name.length;) {
    const wanted = pattern[place];
    if (wanted === "*") {
      star = place;
      afterStar = index;
      place += 1;
    } else if (wanted === "?" || wanted === name[index]) {
      place += 1;
      index += 1;
    } else if (star >= 0) {
      place = star + 1;
      afterStar += 1;
      index = afterStar;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(place));
}
