/** As YAML 1.1 had them. */
const spellings = (word: string): readonly string[] => [
  word,
  word.charAt(0).toUpperCase() + word.slice(1),
  word.toUpperCase(),
];
const TRUE = ["true", "yes", "on"].flatMap(spellings);
const FALSE = ["false", "no", "off"].flatMap(spellings);

/** What a scalar says of a switch, also in quotes; undefined where it says neither. */
export function truthOf(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (TRUE.some((word) => word === value)) return true;
  return FALSE.some((word) => word === value) ? false : undefined;
}

export const TRUTH_PATTERN = new RegExp(`^(${[...TRUE, ...FALSE].join("|")})$`);
