import type { Fault } from "./issues.ts";
import { locate, nodeAt, writtenAt, type YamlNode } from "./yaml-tree.ts";

/** Each input has a name of its own, and stays within the outputs that it is taken from. */
export function inputFaults(root: YamlNode): readonly Fault[] {
  const inputs = nodeAt(root, "inputs");
  if (inputs?.kind !== "sequence") return [];
  const taken = new Set<string>();
  return inputs.items.flatMap((item, index) => {
    const name = writtenAt(item, "as") ?? "";
    const isTaken = taken.has(name);
    taken.add(name);
    const fault = (field: string, message: string): Fault => {
      const place = locate(root, ["inputs", index, field]);
      return { ...place, message: `${place.path} ${message}.` };
    };
    return [
      ...(name === "" || /^\w[\w.-]{0,63}$/.test(name)
        ? []
        : [fault("as", "cannot be a folder's name: letters, digits, _, - and ., 64 at most")]),
      ...(isTaken && name !== "" ? [fault("as", "is another input's name already")] : []),
      ...(isWithin(writtenAt(item, "path") ?? "")
        ? []
        : [fault("path", "must be a path within the outputs, without .. in it")]),
    ];
  });
}

const isWithin = (path: string): boolean =>
  !path.startsWith("/") && !/\p{Cc}/u.test(path) && !path.split("/").includes("..");
