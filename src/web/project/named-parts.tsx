import type { VariableAnswer, VolumeAnswer } from "../../contract/project-parts.ts";
import type { SecretAnswer } from "../../contract/secret.ts";
import { Labelled } from "../components/labelled.tsx";
import { Ago } from "../components/times.tsx";
import { typed } from "../typed.ts";
import { Parts } from "./parts.tsx";

interface NamedPartsProps {
  readonly slug: string;
  readonly isAdministrator: boolean;
}

export function Variables(props: NamedPartsProps) {
  return (
    <Parts<VariableAnswer>
      {...props}
      parts="variables"
      title="Variables"
      explanation="Every container finds them; whoever sees the project reads them. A manifest's own come first."
      heads={["Value"]}
      cells={({ value }) => [
        <span key="value" className="code">
          {value}
        </span>,
      ]}
      fields={
        <Labelled label="Value">
          <input name="value" className="field code" />
        </Labelled>
      }
      bodyOf={(fields) => ({ value: typed(fields, "value") })}
    />
  );
}

export function Secrets(props: NamedPartsProps) {
  return (
    <Parts<SecretAnswer>
      {...props}
      parts="secrets"
      title="Secrets"
      explanation="Experiments get those that their manifest names. A value goes in, and nobody reads it again; logs hide it."
      heads={["Version", "Set"]}
      cells={({ version, createdBy, createdAt }) => [
        version,
        <span key="set" className="text-quiet">
          <Ago at={createdAt} /> {createdBy !== null && `by ${createdBy}`}
        </span>,
      ]}
      fields={
        <Labelled label="Value">
          <input name="value" type="password" autoComplete="off" required className="field code" />
        </Labelled>
      }
      bodyOf={(fields) => ({ value: typed(fields, "value") })}
    />
  );
}

export function Volumes(props: NamedPartsProps) {
  return (
    <Parts<VolumeAnswer>
      {...props}
      parts="volumes"
      title="Volumes"
      explanation="Folders of the engine's machine that manifests may attach by name."
      heads={["Folder", "Access"]}
      cells={({ hostPath, readOnly }) => [
        <span key="folder" className="code">
          {hostPath}
        </span>,
        readOnly ? "read only" : "read and write",
      ]}
      fields={
        <>
          <Labelled label="Folder">
            <input name="hostPath" required placeholder="/srv/datasets" className="field code" />
          </Labelled>
          <label className="flex h-8 items-center gap-2">
            <input name="readOnly" type="checkbox" defaultChecked />
            Read only
          </label>
        </>
      }
      bodyOf={(fields) => ({
        hostPath: typed(fields, "hostPath"),
        readOnly: fields.has("readOnly"),
      })}
    />
  );
}
