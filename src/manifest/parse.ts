import type { ManifestContext, ManifestParser, ManifestVerdict } from "../core/manifest.ts";
import { checkFields } from "./checks.ts";
import { toFaults, type Fault } from "./issues.ts";
import { LineIndex } from "./line-index.ts";
import { volumeFaults } from "./mount-checks.ts";
import { normalise } from "./normalise.ts";
import { oldManifest } from "./old-manifest.ts";
import { checkPlaceholders } from "./placeholder-checks.ts";
import { isText, keepsNull } from "./plain-rules.ts";
import { readYaml } from "./read-yaml.ts";
import { manifestSchema, schemaLike, type WrittenManifest } from "./schema.ts";
import { secretFaults } from "./secret-checks.ts";
import { judgeSupport } from "./support.ts";
import { toManifest } from "./to-manifest.ts";
import { told } from "./told.ts";
import { entriesAt, locate, textAt, toPlain, type YamlNode } from "./yaml-tree.ts";

/** Judges a manifest in one go: every fault of the file, each at its line. */
export const manifestParser: ManifestParser = { parse };

function parse(text: string, context?: ManifestContext): ManifestVerdict {
  const source = text.replace(/^\uFEFF/, "");
  const { written, engine, faults, warnings } = judge(source, context);
  const lines = new LineIndex(source);
  const inOrder = (remarks: readonly Fault[]) =>
    told(remarks).map(({ at, path, message, suggestion }) => ({
      path,
      ...lines.at(at),
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    }));
  return {
    manifest: written === undefined || faults.length > 0 ? undefined : toManifest(written, engine),
    errors: inOrder(faults),
    warnings: inOrder(warnings),
  };
}

interface Judgement {
  readonly written: WrittenManifest | undefined;
  readonly engine?: string | undefined;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

function judge(source: string, context: ManifestContext | undefined): Judgement {
  const reading = readYaml(source);
  const unreadable = reading.faults.map((fault) => ({ ...fault, path: fault.path.join(".") }));
  if (reading.root === undefined) return onlyFaults(unreadable);
  if (reading.root.kind !== "mapping") {
    const message = "The manifest must be a mapping (name: value) with at least a spec.";
    return onlyFaults([...unreadable, { at: 0, path: "", message }]);
  }
  const old = oldManifest(reading.root);
  if (old !== undefined) return onlyFaults([old]);

  const { root, warnings, faults } = normalise(reading.root);
  const { written, faults: schemaFaults } = validate(root);
  const fields = checkFields(root);
  const support =
    context === undefined
      ? { engine: undefined, faults: [], warnings: [] }
      : judgeSupport(root, context);
  return {
    written,
    engine: support.engine,
    faults: [
      ...unreadable,
      ...faults,
      ...schemaFaults,
      ...fields.faults,
      ...checkPlaceholders(root, source),
      ...secretFaults(root, context?.secrets),
      ...volumeFaults(root, context?.volumes),
      ...support.faults,
    ],
    warnings: [...warnings, ...fields.warnings, ...support.warnings],
  };
}

const onlyFaults = (faults: readonly Fault[]): Judgement => ({
  written: undefined,
  faults,
  warnings: [],
});

function validate(root: YamlNode): {
  readonly written: WrittenManifest | undefined;
  readonly faults: readonly Fault[];
} {
  const plain = toPlain(root, { asText: isText, keepsNull });
  const whole = manifestSchema.safeParse(plain);
  if (whole.success) return { written: whole.data, faults: [] };
  // The union says nothing about the rest of a spec whose operator it does not know.
  const types = entriesAt(root, "spec", "types").map(({ key }) => key);
  const parts = schemaLike(textAt(root, "spec", "operator"), types).safeParse(plain);
  const faults = toFaults(root, (parts.error ?? whole.error).issues);
  const message = "The manifest does not have the form that its schema asks for.";
  return {
    written: undefined,
    faults: faults.length > 0 ? faults : [{ ...locate(root, []), message }],
  };
}
