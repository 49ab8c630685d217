import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import { VerbButton } from "../components/verb-button.tsx";
import { encoded, reasonOf, request } from "../request.ts";
import { ResubmitDialog } from "./resubmit-dialog.tsx";

type Verb = "cancel" | "kill" | "approve" | "archive" | "unarchive";

/** The buttons: what can be done with the experiment, and why the rest cannot. */
export function Verbs({ experiment }: { readonly experiment: ExperimentAnswer }) {
  const { id, can, archivedAt, finishedAt } = experiment;
  const client = useQueryClient();
  const [isResubmitting, setResubmitting] = useState(false);
  const act = useMutation({
    mutationFn: (verb: Verb) => {
      const path = `/api/v1/experiments/${encoded(id)}`;
      if (verb === "kill") return request("POST", `${path}/cancel`, { kill: true });
      return request("POST", `${path}/${verb}`, verb === "cancel" ? {} : undefined);
    },
    // By whatever name the page's address has it.
    onSettled: () => client.invalidateQueries({ queryKey: ["experiment"] }),
  });
  const button = (label: string, verb: Verb) => (
    <VerbButton
      label={label}
      reason={can[verb]}
      isBusy={act.isPending}
      onAct={() => act.mutate(verb)}
    />
  );
  const isBeingCancelled = finishedAt === null && can.cancel !== null && can.kill === null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {button("Cancel", "cancel")}
      {isBeingCancelled && button("Kill", "kill")}
      <VerbButton
        label="Resubmit"
        reason={can.resubmit}
        isBusy={false}
        onAct={() => setResubmitting(true)}
      />
      {button("Approve", "approve")}
      {archivedAt === null ? button("Archive", "archive") : button("Unarchive", "unarchive")}
      <span role="status" className={act.isError ? "text-failed" : "sr-only"}>
        {act.isError && reasonOf(act.error)}
      </span>
      {isResubmitting && (
        <ResubmitDialog experiment={experiment} onClose={() => setResubmitting(false)} />
      )}
    </div>
  );
}
