import type { Invariant } from "./invariant.ts";

export const JOB_INVARIANTS: readonly Invariant[] = [
  {
    name: "active-experiment-has-job",
    sentence:
      "An active experiment has a job that is due, claimed or waiting: else nobody looks at it again.",
    sql: `select e.id as experiment_id, e.step, e.step_status
            from experiments e
           where e.finished_at is null
             and not exists (select from jobs j where j.kind = 'experiment' and j.subject_id = e.id)`,
  },
  {
    name: "active-run-has-job",
    sentence:
      "A run that is not over has a job that is due, claimed or waiting: else nobody looks at it again.",
    sql: `select r.id as run_id, r.experiment_id, r.state
            from runs r
           where r.finished_at is null
             and not exists (select from jobs j where j.kind = 'run' and j.subject_id = r.id)`,
  },
  {
    name: "pending-delivery-has-job",
    sentence: "A delivery that is not decided has a job: else its push is never answered.",
    sql: `select d.id as delivery_id, d.project_id, d.received_at
            from deliveries d
           where d.decision = 'pending'
             and not exists (select from jobs j where j.kind = 'delivery' and j.subject_id = d.id)`,
  },
  {
    name: "job-has-work",
    sentence:
      "A job's experiment or run is there and not over: the ending and the job's end are one transaction.",
    sql: `select j.id as job_id, j.kind, j.subject_id
            from jobs j
            left join experiments e on j.kind = 'experiment' and e.id = j.subject_id
            left join runs r on j.kind = 'run' and r.id = j.subject_id
           where (j.kind = 'experiment' and (e.id is null or e.finished_at is not null))
              or (j.kind = 'run' and (r.id is null or r.finished_at is not null))`,
  },
  {
    name: "claim-has-server",
    sentence:
      "A job is claimed by a server that is registered: else no sweep frees it when that server dies.",
    sql: `select j.id as job_id, j.kind, j.subject_id, j.owner
            from jobs j
           where j.owner is not null and not exists (select from instances i where i.id = j.owner)`,
  },
  {
    name: "wait-has-an-end",
    sentence:
      "A job that waits for a wake is not claimed, and its safety net is due within a minute: a lost wake costs no more.",
    sql: `select j.id as job_id, j.kind, j.subject_id, j.owner, j.due_at
            from jobs j
           where j.net and (j.owner is not null or j.due_at > now() + interval '1 minute')`,
  },
];
