import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { generatePath, useNavigate } from "react-router";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import { PAGES } from "../../contract/pages.ts";
import { encoded, reasonOf, request } from "../request.ts";
import { type Draft, draftOf, requestOf, sentenceOf } from "./overrides.ts";

interface ResubmitDialogProps {
  readonly experiment: ExperimentAnswer;
  readonly onClose: () => void;
}

/** The original as fields; what is changed is marked, and said before it is sent. */
export function ResubmitDialog({ experiment, onClose }: ResubmitDialogProps) {
  const original = draftOf(experiment);
  const [draft, setDraft] = useState<Draft>(original);
  const navigate = useNavigate();
  const title = useId();
  const resubmit = useMutation({
    mutationFn: () =>
      request<ExperimentAnswer>(
        "POST",
        `/api/v1/experiments/${encoded(experiment.id)}/resubmit`,
        requestOf(experiment, draft),
      ),
    async onSuccess({ id }) {
      onClose();
      await navigate(generatePath(PAGES.experiment, { id }));
    },
  });
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  return (
    <dialog
      ref={(dialog) => dialog?.showModal()}
      aria-labelledby={title}
      onClose={onClose}
      className="m-auto max-h-[90dvh] w-[36rem] max-w-[94vw] overflow-auto rounded border border-line bg-page p-4 text-ink"
    >
      <h2 id={title} className="heading">
        Resubmit {experiment.project.slug}#{experiment.number}
      </h2>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          resubmit.mutate();
        }}
      >
        {Object.entries(draft.params).map(([key, value]) => (
          <Field key={key} label={key} isChanged={value !== original.params[key]}>
            <input
              className="field code"
              value={value}
              onChange={(event) =>
                change({ params: { ...draft.params, [key]: event.target.value } })
              }
            />
          </Field>
        ))}
        <Field label="Name" isChanged={draft.name !== original.name}>
          <input
            className="field"
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        </Field>
        {experiment.manifest !== null && (
          <Field label="Command" isChanged={draft.command !== original.command}>
            <textarea
              className="field code"
              rows={2}
              value={draft.command}
              onChange={(event) => change({ command: event.target.value })}
            />
          </Field>
        )}
        <Field label="Variables, NAME=value on lines of their own" isChanged={draft.env !== ""}>
          <textarea
            className="field code"
            rows={2}
            value={draft.env}
            onChange={(event) => change({ env: event.target.value })}
          />
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Tags" isChanged={draft.tags !== original.tags}>
            <input
              className="field"
              value={draft.tags}
              onChange={(event) => change({ tags: event.target.value })}
            />
          </Field>
          <Field label="Timeout" isChanged={draft.timeout !== ""}>
            <input
              className="field"
              placeholder="as before"
              value={draft.timeout}
              onChange={(event) => change({ timeout: event.target.value })}
            />
          </Field>
        </div>
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={draft.freshBuild}
            onChange={(event) => change({ freshBuild: event.target.checked })}
          />
          Build the image anew
        </label>
        <p className="break-words text-quiet">{sentenceOf(experiment, draft)}</p>
        {resubmit.isError && (
          <p role="alert" className="text-failed">
            {reasonOf(resubmit.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" className="button button-primary" disabled={resubmit.isPending}>
            Resubmit
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly isChanged: boolean;
  readonly children: ReactNode;
}

/** The mark is no part of the name by which the field is found. */
function Field({ label, isChanged, children }: FieldProps) {
  return (
    <div className="relative min-w-0">
      <label className="flex flex-col gap-1">
        {label}
        {children}
      </label>
      {isChanged && <span className="absolute top-0 right-0 text-running">changed</span>}
    </div>
  );
}
