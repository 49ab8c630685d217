import type { ImageKey } from "../../core/builder.ts";

/** How many changed parts a note names. */
const MOST_NAMED = 5;

/** What of an image is other than in an earlier one, in words; what it does not have any more comes last. */
export function changedParts(now: ImageKey["parts"], before: ImageKey["parts"]): string {
  const changed = Object.keys(now).filter((name) => now[name] !== before[name]);
  const gone = Object.keys(before).filter((name) => now[name] === undefined);
  const names = [...changed.toSorted(), ...gone.toSorted()].map(inWords);
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

const KINDS: Readonly<Record<string, string>> = {
  file: "",
  arg: "the build argument ",
  from: "the image ",
  secret: "the secret ",
};

function inWords(part: string): string {
  const [, kind = "", name = ""] = /^([a-z]+):(.*)$/s.exec(part) ?? [];
  const words = KINDS[kind];
  return words === undefined ? `the ${part}` : `${words}${name}`;
}
