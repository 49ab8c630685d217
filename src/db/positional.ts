/** A statement as pg takes it: $1, $2, … and which binding goes where. */
export interface Positional {
  readonly text: string;
  readonly names: readonly string[];
}

/** Lists have as many texts as there are filters: those beyond these are read each time. */
const MOST_KNOWN = 500;

const known = new Map<string, Positional>();

/** Of SQL with `:name` for each of `names`; every place has a parameter of its own, so that each has its own type. */
export function positional(sql: string, names: Readonly<Record<string, unknown>>): Positional {
  const before = known.get(sql);
  if (before !== undefined) return before;
  const found: string[] = [];
  // Not a cast, and nothing that merely looks like one of ours.
  const text = sql.replaceAll(/(?<!:):(\w+)/g, (place, name: string) => {
    if (!Object.hasOwn(names, name)) return place;
    found.push(name);
    return `$${found.length}`;
  });
  const made = { text, names: found };
  if (known.size < MOST_KNOWN) known.set(sql, made);
  return made;
}
