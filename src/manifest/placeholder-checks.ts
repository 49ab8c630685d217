import type { Json } from "../core/json.ts";
import {
  commandFaults,
  holdsPlaceholder,
  valueFaults,
  type PlaceholderFault,
} from "../core/placeholders.ts";
import { MOST_FAULTS, type Fault } from "./issues.ts";
import { entriesAt, locate, nodeAt, textAt, type Path, type YamlNode } from "./yaml-tree.ts";

/** `{{ params.… }}` stands in the command and in variables only, and names what is declared. */
export function checkPlaceholders(root: YamlNode, source: string): readonly Fault[] {
  const names = entriesAt(root, "params").map(({ key }): [string, Json] => [key, null]);
  const params = Object.fromEntries(names);
  const command = textAt(root, "spec", "command");
  return [
    ...(command === undefined
      ? []
      : located(
          source,
          locate(root, ["spec", "command"]),
          command,
          commandFaults(command, params),
        )),
    ...entriesAt(root, "spec", "env").flatMap(({ key, value }) => {
      const text = value.kind === "scalar" ? value.text : "";
      const place = { at: value.at, path: `spec.env.${key}` };
      return located(source, place, text, valueFaults(text, params));
    }),
    ...misplaced(root, ["builder"]),
    ...misplaced(root, ["spec"]),
  ];
}

/** The fault's own line: a command may be a block of many. */
function located(
  source: string,
  place: { readonly at: number; readonly path: string },
  text: string,
  faults: readonly PlaceholderFault[],
): readonly Fault[] {
  return faults.slice(0, MOST_FAULTS).map(({ index, message }) => {
    let at = source.indexOf("{{", place.at);
    for (let before = text.indexOf("{{"); before >= 0 && before < index && at >= 0;) {
      at = source.indexOf("{{", at + 2);
      before = text.indexOf("{{", before + 2);
    }
    return { at: at < 0 ? place.at : at, path: place.path, message };
  });
}

const ALLOWED = new Set(["spec.command", "spec.env"]);

function misplaced(root: YamlNode, path: Path, node = nodeAt(root, ...path)): readonly Fault[] {
  if (node === undefined || ALLOWED.has(path.join("."))) return [];
  if (node.kind === "mapping")
    return node.entries.flatMap(({ key, value }) => misplaced(root, [...path, key], value));
  if (node.kind === "sequence")
    return node.items.flatMap((item, index) => misplaced(root, [...path, index], item));
  if (!holdsPlaceholder(node.text)) return [];
  const place = locate(root, path);
  return [
    {
      ...place,
      message: `${place.path} holds a placeholder; parameters are filled in in spec.command and spec.env only.`,
    },
  ];
}
