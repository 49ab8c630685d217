import { STEPS } from "../../core/experiment.ts";
import { ACTIVE_OR_RECENT, type Invariant } from "./invariant.ts";

const IN_ORDER = `array[${STEPS.map((step) => `'${step}'`).join(", ")}]`;

/** core/lifecycle.ts's statusOf. */
const DERIVED = `case
  when e.step_status in ('Failed', 'Cancelled') then e.step_status
  when e.step = 'Completed' and e.step_status = 'Succeeded' then 'Succeeded'
  when e.step = 'Waiting' and e.step_status = 'Initialize' then 'Created'
  else 'Processing' end`;

export const EXPERIMENT_INVARIANTS: readonly Invariant[] = [
  {
    name: "status-is-derived",
    sentence:
      "An experiment's status is the one that its step means, and finished is who has one of the endings.",
    sql: `select e.id as experiment_id, e.step, e.step_status, e.status, e.finished_at
            from experiments e
           where ${ACTIVE_OR_RECENT}
             and (e.status <> ${DERIVED}
                  or (e.status in ('Succeeded', 'Failed', 'Cancelled')) <> (e.finished_at is not null))`,
  },
  {
    name: "step-has-history",
    sentence:
      "Every move of a step has its row in the history: its newest row says what the experiment says.",
    sql: `select e.id as experiment_id, e.step, e.step_status, last.step as told_step, last.status as told_status
            from experiments e
            left join lateral (
              select c.step, c.status from step_changes c where c.experiment_id = e.id order by c.id desc limit 1
            ) last on true
           where ${ACTIVE_OR_RECENT}
             and (last.step is distinct from e.step or last.status is distinct from e.step_status)`,
  },
  {
    name: "steps-in-order",
    sentence:
      "The steps before the present one have Succeeded, and those after it are as they were made: Initialize.",
    sql: `select e.id as experiment_id, e.step, other.step as other_step, coalesce(last.status, 'Initialize') as other_status
            from experiments e
           cross join unnest(${IN_ORDER}) with ordinality as other (step, place)
            left join lateral (
              select c.status from step_changes c
               where c.experiment_id = e.id and c.step = other.step
               order by c.id desc limit 1
            ) last on true
           where ${ACTIVE_OR_RECENT}
             and other.step <> e.step
             and coalesce(last.status, 'Initialize')
                 <> case when other.place < array_position(${IN_ORDER}, e.step) then 'Succeeded' else 'Initialize' end`,
  },
  {
    name: "step-has-its-facts",
    sentence: "A step has what the steps before it found out: the manifest, the source, the image.",
    sql: `select e.id as experiment_id, e.step
            from experiments e
           where ${ACTIVE_OR_RECENT}
             and ((e.step in ('Building', 'Submitting', 'Running', 'Completed')
                   and (e.manifest is null or e.source_archive is null))
                  or (e.step in ('Submitting', 'Running', 'Completed') and e.image is null))`,
  },
  {
    name: "admitted-before-cloning",
    sentence: "Only the scheduler lets an experiment out of Waiting.",
    sql: `select e.id as experiment_id, e.step, e.step_status
            from experiments e
           where ${ACTIVE_OR_RECENT} and e.step <> 'Waiting' and e.admitted_at is null`,
  },
  {
    name: "one-experiment-per-push",
    sentence:
      "A push makes one experiment of a project, commit and manifest, whatever the number of deliveries.",
    sql: `select e.id as experiment_id, o.id as earlier_id, e.project_id, e.commit_sha, e.manifest_selector
            from (select * from experiments order by sequence desc limit 1000) e
            join experiments o
              on o.project_id = e.project_id and o.commit_sha = e.commit_sha
             and coalesce(o.manifest_selector, '') = coalesce(e.manifest_selector, '')
             and o.triggered_by = 'push' and o.sequence < e.sequence
           where e.triggered_by = 'push'`,
  },
  {
    name: "finished-experiment-has-no-live-run",
    sentence: "A finished experiment has no run that goes on, and so holds no place on an engine.",
    sql: `select e.id as experiment_id, e.status, r.id as run_id, r.state
            from runs r
            join experiments e on e.id = r.experiment_id
           where r.finished_at is null and e.finished_at is not null`,
  },
  {
    name: "finished-experiment-has-sealed-logs",
    sentence:
      "A finished experiment's logs are sealed: nothing comes any more, and what was shown is what is kept.",
    sql: `select e.id as experiment_id, e.status, l.id as log_id, l.step, l.run_id, l.attempt, l.replica
            from logs l
            join experiments e on e.id = l.experiment_id
           where not l.sealed and e.finished_at is not null`,
  },
  {
    name: "succeeded-by-all-runs",
    sentence: "An experiment has Succeeded when every run of it is Done, and it has one.",
    sql: `select e.id as experiment_id, r.id as run_id, r.state
            from experiments e
            left join runs r on r.experiment_id = e.id
           where e.finished_at > now() - interval '10 minutes' and e.status = 'Succeeded'
             and r.state is distinct from 'Done'`,
  },
];
