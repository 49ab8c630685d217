import { EVENT_ID, YAMLException, parseEvents } from "js-yaml";

import { Composer, Unreadable, type YamlFault } from "./compose-yaml.ts";
import type { YamlNode } from "./yaml-tree.ts";

/** Far above any manifest that a person writes, far below what could hurt. */
const LIMITS = { bytes: 256 * 1024, nodes: 10_000, depth: 50 } as const;

export interface YamlReading {
  /** undefined where the file cannot be read at all. */
  readonly root: YamlNode | undefined;
  readonly faults: readonly YamlFault[];
}

/**
 * Reads one document, bounded before anything walks it: an alias counts as often as it is used. Duplicate keys are
 * faults that do not hide the rest.
 */
export function readYaml(source: string): YamlReading {
  if (source.length > LIMITS.bytes || new TextEncoder().encode(source).length > LIMITS.bytes)
    return broken(0, `The file is larger than ${LIMITS.bytes / 1024} KiB.`);
  try {
    const events = parseEvents(source, { maxDepth: LIMITS.depth });
    const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
    if (documents > 1)
      return broken(
        0,
        `The file holds ${documents} YAML documents; a manifest is one, without --- in between.`,
      );
    if (events.length === 0 || events[1]?.type === EVENT_ID.POP)
      return broken(0, "The file is empty; a manifest has at least a spec.");
    return new Composer(source, events, LIMITS.nodes).compose();
  } catch (error) {
    if (error instanceof Unreadable) return broken(error.at, error.message);
    if (!(error instanceof YAMLException)) throw error;
    return broken(error.mark?.position ?? 0, `This is not YAML: ${error.reason}.${hint(error)}`);
  }
}

const broken = (at: number, message: string): YamlReading => ({
  root: undefined,
  faults: [{ at, path: [], message }],
});

function hint({ reason, mark }: YAMLException): string {
  if (reason.includes("tab")) return " Indent with spaces.";
  const line = mark?.buffer.split("\n")[mark.line] ?? "";
  return /^\s*[\w.-]+:\S/.test(line) ? " A space is missing behind the colon." : "";
}
