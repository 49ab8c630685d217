import { variableFault } from "../core/reserved-variables.ts";
import { closest, didYouMean } from "../core/suggest.ts";
import type { Fault } from "./issues.ts";
import { entriesAt, locate, nodeAt, type YamlNode } from "./yaml-tree.ts";

/** A secret becomes a variable of its name; `known` are those of the project, where it is known. */
export function secretFaults(
  root: YamlNode,
  known: readonly string[] | undefined,
): readonly Fault[] {
  const secrets = nodeAt(root, "secrets");
  if (secrets?.kind !== "sequence") return [];
  const variables = new Set(entriesAt(root, "spec", "env").map(({ key }) => key));
  return secrets.items.flatMap((item, index) => {
    if (item.kind !== "scalar" || item.text === "") return [];
    const name = item.text;
    const place = locate(root, ["secrets", index]);
    const fault = variableFault(name);
    if (fault !== undefined) return [{ ...place, message: fault }];
    if (variables.has(name))
      return [{ ...place, message: `${name} is set in spec.env, too; keep one of them.` }];
    if (known === undefined || known.includes(name)) return [];
    const suggestion = closest(name, known);
    const message = `${name} is no secret of this project${didYouMean(suggestion) || "."} An administrator sets it: assay secrets set ${name} --project <project>.`;
    return [{ ...place, message, suggestion }];
  });
}
