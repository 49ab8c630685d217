import type { Fault } from "./issues.ts";
import { truthOf } from "./truth.ts";
import { isGiven, locate, nodeAt, textAt, type YamlNode } from "./yaml-tree.ts";

/** How the image is made, and what it is called. */
export function builderFaults(root: YamlNode): readonly Fault[] {
  return [...imageFaults(root), ...skipBuildFaults(root), ...folderFaults(root)];
}

function imageFaults(root: YamlNode): readonly Fault[] {
  const built = textAt(root, "builder", "image")?.trim();
  const run = textAt(root, "spec", "image")?.trim();
  if (built === undefined || run === undefined || built === run) return [];
  return [
    {
      ...locate(root, ["spec", "image"]),
      message: `spec.image is ${JSON.stringify(run)} and builder.image is ${JSON.stringify(built)}; they must be equal, or one left out.`,
      suggestion: built,
    },
  ];
}

/** Whose image, where nothing is built? */
function skipBuildFaults(root: YamlNode): readonly Fault[] {
  const enabled = nodeAt(root, "builder", "skipBuild", "enabled");
  if (enabled?.kind !== "scalar" || truthOf(enabled.value) !== true) return [];
  const names = [
    ["builder", "skipBuild", "experimentID"],
    ["builder", "image"],
    ["spec", "image"],
  ];
  if (names.some((path) => isGiven(nodeAt(root, ...path)))) return [];
  const place = locate(root, ["builder", "skipBuild", "enabled"]);
  return [
    {
      ...place,
      message: `${place.path} needs an image: name an experiment (experimentID), or an image (builder.image).`,
    },
  ];
}

/** Nothing outside the repository is ever read. */
function folderFaults(root: YamlNode): readonly Fault[] {
  const context = textAt(root, "builder", "context") ?? ".";
  const dockerfile = textAt(root, "builder", "dockerfile") ?? "Dockerfile";
  const fault = (name: string): Fault => {
    const place = locate(root, ["builder", name]);
    return { ...place, message: `${place.path} leads out of the repository.` };
  };
  const isContextWrong = leaves(context);
  // Beside a context that is wrong, the Dockerfile is judged by itself.
  const whole = isContextWrong ? dockerfile : `${context}/${dockerfile}`;
  return [
    ...(isContextWrong ? [fault("context")] : []),
    ...(leaves(whole) || dockerfile.startsWith("/") ? [fault("dockerfile")] : []),
  ];
}

function leaves(path: string): boolean {
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return path.startsWith("/") || path.includes("\\") || /\p{Cc}/u.test(path);
}
