import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import type { EngineAnswer } from "../../contract/operations.ts";
import { sessionQuery } from "../queries.ts";
import { request } from "../request.ts";
import { Problem } from "./problem.tsx";
import { VerbButton } from "./verb-button.tsx";

type HoldState = EngineAnswer["state"];
type Verb = "pause" | "drain" | "resume";

interface HoldButtonsProps {
  /** Of the engine, or of the queue as a whole. */
  readonly path: string;
  readonly state: HoldState;
}

/** Whether new work is taken: an administrator's to say. */
export function HoldButtons({ path, state }: HoldButtonsProps) {
  const client = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const act = useMutation({
    mutationFn: (verb: Verb) => request("POST", `${path}/${verb}`),
    onSettled: () =>
      Promise.all(["engines", "queue"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  const reasonAgainst = (verb: Verb): string | null =>
    session?.administrator === false ? "Only an administrator may do this." : USELESS[verb][state];
  return (
    <div className="mb-2 flex flex-wrap gap-2">
      {VERBS.map(({ verb, label }) => (
        <VerbButton
          key={verb}
          label={label}
          reason={reasonAgainst(verb)}
          isBusy={act.isPending}
          onAct={() => act.mutate(verb)}
        />
      ))}
      {act.isError && <Problem error={act.error} />}
    </div>
  );
}

const VERBS = [
  { verb: "pause", label: "Pause" },
  { verb: "drain", label: "Drain" },
  { verb: "resume", label: "Resume" },
] as const;

/** Why a verb would change nothing. */
const USELESS: Readonly<Record<Verb, Readonly<Record<HoldState, string | null>>>> = {
  pause: { open: null, paused: "It is paused.", draining: null, drained: null },
  drain: { open: null, paused: null, draining: "It is being drained.", drained: "It is drained." },
  resume: { open: "It takes work.", paused: null, draining: null, drained: null },
};
