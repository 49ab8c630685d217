import { ACTIVE_OR_RECENT, type Invariant } from "./invariant.ts";

export const RUN_INVARIANTS: readonly Invariant[] = [
  {
    name: "run-has-history",
    sentence:
      "Every move of a run has its row in the history: its newest row says what the run says.",
    sql: `select r.id as run_id, r.experiment_id, r.state, last.state as told_state
            from experiments e
            join runs r on r.experiment_id = e.id
            left join lateral (
              select c.state from run_changes c where c.run_id = r.id order by c.id desc limit 1
            ) last on true
           where ${ACTIVE_OR_RECENT} and last.state is distinct from r.state`,
  },
  {
    name: "one-live-attempt",
    sentence:
      "A run has at most one live attempt: two would be the same program twice, over the same outputs.",
    sql: `select a.run_id, count(*)::int as live
            from attempts a where a.live group by a.run_id having count(*) > 1`,
  },
  {
    name: "live-attempt-has-run",
    sentence:
      "A live attempt is the newest of a run that is not over: an attempt that is over gives back its place.",
    sql: `select a.id as attempt_id, a.number, a.run_id, r.state, r.attempt
            from attempts a
            join runs r on r.id = a.run_id
           where a.live and (r.finished_at is not null or a.number <> r.attempt)`,
  },
  {
    name: "run-state-fits-its-attempt",
    sentence:
      "A run that is queueing has an attempt, one that runs or is finalized has one that the engine knows, and before and between there is none.",
    sql: `select r.id as run_id, r.experiment_id, r.state, a.id as attempt_id, a.engine_id
            from runs r
            left join attempts a on a.run_id = r.id and a.live
           where r.finished_at is null
             and case
                   when r.state in ('Submitted', 'Preparing') then a.id is not null
                   when r.state = 'Queueing' then a.id is null
                   else a.engine_id is null
                 end`,
  },
];
