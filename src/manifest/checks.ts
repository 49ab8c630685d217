import { PARAMETER_NAME, PARAMETER_NAME_RULE, parameterVariable } from "../core/parameters.ts";
import { variableFault, variableValueFault } from "../core/reserved-variables.ts";
import { builderFaults } from "./builder-checks.ts";
import { groupFaults, rayWarnings } from "./group-checks.ts";
import { inputFaults } from "./input-checks.ts";
import type { Fault } from "./issues.ts";
import { mountFaults } from "./mount-checks.ts";
import { truthOf } from "./truth.ts";
import { entriesAt, isGiven, locate, nodeAt, type Path, type YamlNode } from "./yaml-tree.ts";

/** What spans several fields. Works on the tree, so that it is said beside the schema's faults, not after them. */
export function checkFields(root: YamlNode): {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
} {
  return {
    faults: [
      ...resourceFaults(root),
      ...groupFaults(root),
      ...builderFaults(root),
      ...variableFaults(root),
      ...parameterFaults(root),
      ...mountFaults(root),
      ...inputFaults(root),
    ],
    warnings: [...cloneWarnings(root), ...timeoutWarnings(root), ...rayWarnings(root)],
  };
}

function resourcePaths(root: YamlNode): readonly Path[] {
  return entriesAt(root, "spec", "types").flatMap(({ key, value }) => {
    const path = ["spec", "types", key];
    if (value.kind === "sequence")
      return value.items.map((_, index) => [...path, index, "resources"]);
    return [[...path, "resources"]];
  });
}

function resourceFaults(root: YamlNode): readonly Fault[] {
  return resourcePaths(root).flatMap((path) => {
    const resources = nodeAt(root, ...path);
    if (resources?.kind !== "mapping") return [];
    const hasRatio = isGiven(nodeAt(resources, "ramRatio"));
    const hasMemory = isGiven(nodeAt(resources, "memory"));
    const place = locate(root, hasRatio && hasMemory ? [...path, "memory"] : path);
    if (hasRatio && hasMemory)
      return [{ ...place, message: `${place.path} is given beside ramRatio; keep one of them.` }];
    if (hasRatio || hasMemory) return [];
    return [
      {
        ...place,
        message: `${place.path} needs memory (GiB) or ramRatio (GiB per CPU).`,
        suggestion: "memory",
      },
    ];
  });
}

function variableFaults(root: YamlNode): readonly Fault[] {
  return entriesAt(root, "spec", "env").flatMap(({ key, keyAt, value }) => {
    const text = value.kind === "scalar" ? value.text : "";
    const message = variableFault(key) ?? variableValueFault(key, text);
    return message === undefined ? [] : [{ at: keyAt, path: `spec.env.${key}`, message }];
  });
}

function parameterFaults(root: YamlNode): readonly Fault[] {
  const taken = new Map<string, string>();
  return entriesAt(root, "params").flatMap(({ key, keyAt, value }) => {
    const path = `params.${key}`;
    const variable = parameterVariable(key);
    const same = taken.get(variable);
    taken.set(variable, key);
    const fault = !PARAMETER_NAME.test(key)
      ? `${path} cannot be a parameter: ${PARAMETER_NAME_RULE}.`
      : same === undefined
        ? variableValueFault(variable, value.kind === "scalar" ? value.text : "")
        : `${path} and params.${same} would both be $${variable}.`;
    return fault === undefined ? [] : [{ at: keyAt, path, message: fault }];
  });
}

function cloneWarnings(root: YamlNode): readonly Fault[] {
  const submodules = nodeAt(root, "clone", "submodules");
  const keepsGit = nodeAt(root, "clone", "includeDotGit");
  const asks = submodules?.kind === "scalar" && ["true", "recursive"].includes(submodules.text);
  if (!asks || (keepsGit?.kind === "scalar" && truthOf(keepsGit.value) === true)) return [];
  return [
    {
      ...locate(root, ["clone", "submodules"]),
      message: "clone.submodules has no effect without clone.includeDotGit: true.",
    },
  ];
}

function timeoutWarnings(root: YamlNode): readonly Fault[] {
  const both =
    isGiven(nodeAt(root, "spec", "timeout")) &&
    isGiven(nodeAt(root, "spec", "activeDeadlineSeconds"));
  if (!both) return [];
  return [
    {
      ...locate(root, ["spec", "activeDeadlineSeconds"]),
      message: "spec.activeDeadlineSeconds has no effect beside spec.timeout.",
    },
  ];
}
