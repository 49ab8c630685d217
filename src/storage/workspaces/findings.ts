type Kind = "socket" | "fifo" | "device" | "link" | "deep" | "nameless";

/** So many are named; of the others it is said how many there are. */
const namedEach = 3;

/** Of one, of several. */
const words: Record<Kind, readonly [string, string]> = {
  socket: ["socket was not kept", "sockets were not kept"],
  fifo: ["named pipe was not kept", "named pipes were not kept"],
  device: ["device was not kept", "devices were not kept"],
  link: [
    "link leads out of the output folder, and is kept but not followed",
    "links lead out of the output folder, and are kept but not followed",
  ],
  deep: [
    "folder is nested too deep to be listed, and was left as it is",
    "folders are nested too deep to be listed, and were left as they are",
  ],
  nameless: [
    "file has a name that is no UTF-8, and is kept but not listed",
    "files have names that are no UTF-8, and are kept but not listed",
  ],
};

/** What is told about an output folder: one sentence for each kind, whatever the number. */
export class Findings {
  readonly #found = new Map<Kind, { count: number; readonly named: string[] }>();

  add(kind: Kind, path: readonly string[]): void {
    const found = this.#found.get(kind) ?? { count: 0, named: [] };
    found.count += 1;
    if (found.named.length < namedEach) found.named.push(shown(path.join("/")));
    this.#found.set(kind, found);
  }

  sentences(): readonly string[] {
    return [...this.#found].map(([kind, { count, named }]) => {
      const [one, many] = words[kind];
      const rest = count - named.length;
      const list = `${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
      return `${count} ${count === 1 ? one : many}: ${list}.`;
    });
  }
}

/** The experiment chose the names: no control character of theirs reaches a terminal. */
const shown = (path: string) => {
  const safe = path.replaceAll(/\p{C}/gu, "?");
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe;
};
