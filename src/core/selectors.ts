/** A push that names more manifests in one commit is refused. */
export const MOST_SELECTORS = 20;

export type SelectorsVerdict =
  | { readonly kind: "selectors"; readonly selectors: readonly string[] }
  | { readonly kind: "refused"; readonly reason: string };

/** `a.yaml, b` → its items: trimmed, repeated ones dropped, in their order. One bad item refuses all. */
export function readSelectors(list: string): SelectorsVerdict {
  const items = [...new Set(list.split(",").map((item) => item.trim()))];
  if (items.length > MOST_SELECTORS)
    return refused(
      `One commit starts at most ${MOST_SELECTORS} manifests, this one names ${items.length}.`,
    );
  for (const item of items) {
    const fault = selectorFault(item);
    if (fault !== undefined) return refused(fault);
  }
  return { kind: "selectors", selectors: items };
}

/** Why a manifest cannot be chosen by this name, as a sentence; undefined where it can. */
export function selectorFault(selector: string): string | undefined {
  const shown = JSON.stringify(selector.slice(0, 80));
  if (selector === "")
    return "A manifest's name is missing: write exp[<manifest>]: …, without empty items.";
  if (selector.length > 255)
    return `The manifest's name ${shown}… is too long: at most 255 characters.`;
  if (/\p{C}/u.test(selector)) return `The manifest's name ${shown} holds a control character.`;
  if (selector.includes("\\"))
    return `The manifest's name ${shown} holds a backslash: folders are separated by /.`;
  if (selector.startsWith("/"))
    return `The manifest's name ${shown} starts with /: name it relative to manifests/.`;
  if (selector.includes(".."))
    return `The manifest's name ${shown} holds "..": only files below manifests/ can be named.`;
  if (selector.split("/").some((part) => part === "" || part === "."))
    return `The manifest's name ${shown} holds an empty part or ".": name it relative to manifests/, as in team/train.yaml.`;
  // v1.2 is a name whose extension was left out; train.json is another kind of file.
  const extension = /\.[A-Za-z][A-Za-z0-9]*$/.exec(selector)?.[0];
  if (extension !== undefined && !hasExtension(selector))
    return `The manifest's name ${shown} ends in ${extension}: a manifest ends in .yaml or .yml.`;
  return undefined;
}

/** The paths at which a manifest is looked for, in this order; undefined is the manifest in the repository's root. */
export function manifestCandidates(selector: string | undefined): readonly string[] {
  if (selector === undefined) return ["manifest.yaml", "manifest.yml"];
  const names = hasExtension(selector) ? [selector] : [`${selector}.yaml`, `${selector}.yml`];
  const below = FOLDERS.flatMap((folder) => names.map((name) => `${folder}/${name}`));
  return isFromRoot(selector) ? [...below, ...names] : below;
}

const FOLDERS = ["manifests", "aichor_manifests"];

/** What only somebody writes who names it from the repository's root: `manifest.yaml`, `manifests/train.yaml`. */
function isFromRoot(selector: string): boolean {
  return (
    /^manifest(\.ya?ml)?$/.test(selector) ||
    FOLDERS.some((folder) => selector.startsWith(`${folder}/`))
  );
}

export function hasExtension(selector: string): boolean {
  return /\.ya?ml$/.test(selector);
}

const refused = (reason: string): SelectorsVerdict => ({ kind: "refused", reason });
