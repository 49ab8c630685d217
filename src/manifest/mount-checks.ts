import { closest, didYouMean } from "../core/suggest.ts";
import type { Fault } from "./issues.ts";
import { locate, nodeAt, writtenAt, type Path, type YamlNode } from "./yaml-tree.ts";

/** What a container has there itself: to cover it would break it. */
const TAKEN = ["/assay", "/dev", "/proc", "/sys"];

/** Where volumes are mounted: a folder of the container that is nobody else's. */
export function mountFaults(root: YamlNode): readonly Fault[] {
  const places: readonly Path[] = [
    ["spec", "storage", "sharedVolume", "mountPoint"],
    ...volumePaths(root).map((path) => [...path, "mountPoint"]),
  ];
  const before = new Set<string>();
  return places.flatMap((path) => {
    const text = writtenAt(root, ...path);
    // The schema says what is too long.
    if (text === undefined || text.length > 200) return [];
    const folder = text.replace(/\/+$/, "");
    const why = before.has(folder) ? "is where another volume is mounted" : unfit(folder);
    before.add(folder);
    if (why === undefined) return [];
    const place = locate(root, path);
    return [
      { ...place, message: `${place.path} ${why}; choose another folder, such as /mnt/shared.` },
    ];
  });
}

/** `known` are the names of the project's volumes, where it is known. */
export function volumeFaults(
  root: YamlNode,
  known: readonly string[] | undefined,
): readonly Fault[] {
  return volumePaths(root).flatMap((path) => {
    const name = writtenAt(root, ...path, "name");
    if (name === undefined || known === undefined || known.includes(name)) return [];
    const suggestion = closest(name, known);
    const message = `${JSON.stringify(name.slice(0, 80))} is no volume of this project${didYouMean(suggestion) || "."} An administrator declares it: PUT /api/v1/projects/<project>/volumes/${name.slice(0, 80)} with {"hostPath": "/srv/…"}.`;
    return [{ ...locate(root, [...path, "name"]), message, suggestion }];
  });
}

function volumePaths(root: YamlNode): readonly Path[] {
  const path = ["spec", "storage", "attachExistingPVCs"];
  const volumes = nodeAt(root, ...path);
  return volumes?.kind === "sequence" ? volumes.items.map((_, index) => [...path, index]) : [];
}

function unfit(folder: string): string | undefined {
  if (!/^(\/[\w.-]+)+$/.test(folder) || /\/\.{1,2}(\/|$)/.test(folder))
    return "must be a whole path of letters, digits, _, - and .";
  const taken = TAKEN.find((each) => folder === each || folder.startsWith(`${each}/`));
  return taken === undefined ? undefined : `lies in ${taken}, which is the container's own`;
}
