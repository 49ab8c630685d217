import type { Fault } from "./issues.ts";
import { locate, nodeAt, textAt, type Path, type YamlNode } from "./yaml-tree.ts";

/** What a container has there itself: to cover it would break it. */
const TAKEN = ["/assay", "/dev", "/proc", "/sys"];

/** Where volumes are mounted: a folder of the container that is nobody else's. */
export function mountFaults(root: YamlNode): readonly Fault[] {
  const volumes = nodeAt(root, "spec", "storage", "attachExistingPVCs");
  const items = volumes?.kind === "sequence" ? volumes.items : [];
  const places: readonly Path[] = [
    ["spec", "storage", "sharedVolume", "mountPoint"],
    ...items.map((_, index) => ["spec", "storage", "attachExistingPVCs", index, "mountPoint"]),
  ];
  const before = new Set<string>();
  return places.flatMap((path) => {
    const text = textAt(root, ...path);
    if (text === undefined) return [];
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

function unfit(folder: string): string | undefined {
  if (!/^(\/[\w.-]+)+$/.test(folder) || /\/\.{1,2}(\/|$)/.test(folder))
    return "must be a whole path of letters, digits, _, - and .";
  const taken = TAKEN.find((each) => folder === each || folder.startsWith(`${each}/`));
  return taken === undefined ? undefined : `lies in ${taken}, which is the container's own`;
}
