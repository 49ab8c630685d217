import { dump } from "js-yaml";

import type { Remark } from "./normalise.ts";
import { entriesAt, nodeAt, textAt, toPlain, type YamlNode } from "./yaml-tree.ts";

/** Version 0.0.2 had another shape altogether: refused, with the lines that replace it. */
export function oldManifest(
  root: YamlNode,
): (Remark & { readonly suggestion: string }) | undefined {
  const kind = nodeAt(root, "kind");
  const isOld =
    textAt(root, "kind") === "IchorManifest" ||
    (nodeAt(root, "docker") !== undefined && nodeAt(root, "builder") === undefined);
  if (!isOld) return undefined;
  const suggestion = dump(replacement(root), { lineWidth: -1 }).trimEnd();
  return {
    at: Math.max(kind?.at ?? 0, 0),
    path: "kind",
    message: `Manifests of version 0.0.2 (IchorManifest) are not read any more. Write instead:\n${suggestion}`,
    suggestion,
  };
}

function replacement(root: YamlNode): unknown {
  const groups = entriesAt(root, "spec", "types").map(({ key, value }) => {
    const field = (name: string): unknown => plain(nodeAt(value, name));
    const gpu = given({
      count: field("gpus"),
      type: field("gpuType"),
      product: field("gpuProduct"),
    });
    return [
      key.toLowerCase(),
      given({
        count: field("replicas"),
        resources: given({
          cpus: field("cpus"),
          ramRatio: field("ramRatio"),
          shmSizeGB: field("shmSizeGB"),
          accelerators: Object.keys(gpu).length === 0 ? undefined : { gpu },
        }),
      }),
    ];
  });
  const operator = textAt(root, "spec", "operator");
  return given({
    kind: "AIchorManifest",
    apiVersion: "0.2.3",
    builder: plain(nodeAt(root, "docker")),
    spec: given({
      operator: operator === undefined || operator === "tf" ? "jobset" : operator,
      image: plain(nodeAt(root, "spec", "image")),
      command: plain(nodeAt(root, "spec", "command")),
      types: Object.fromEntries(groups),
    }),
  });
}

const given = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const plain = (node: YamlNode | undefined): unknown =>
  node === undefined ? undefined : toPlain(node, { asText: () => false, keepsNull: () => false });
