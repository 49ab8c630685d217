import { ACTIVE_OR_RECENT, type Invariant } from "./invariant.ts";

export const NOTICE_INVARIANTS: readonly Invariant[] = [
  {
    name: "move-has-status",
    sentence:
      "Every move of an experiment whose project has a forge's credential is a status that is owed or told: the notice's move is the experiment's.",
    sql: `select e.id as experiment_id, e.step, e.step_status, d.id as destination_id, n.step as told_step, n.step_status as told_status
            from experiments e
            join destinations d on d.project_id = e.project_id and d.kind = 'forge'
            left join notices n on n.destination_id = d.id and n.experiment_id = e.id and n.event = 'status'
           where e.notifies and e.source_kind = 'commit' and e.commit_sha is not null
             -- One that had ended before the project had the credential owes nothing.
             and (e.finished_at is null or (e.finished_at > now() - interval '10 minutes' and n.id is not null))
             and ((n.step, n.step_status) is distinct from (e.step, e.step_status))`,
  },
  {
    name: "ending-has-notice",
    sentence: "An ending that a destination wants to hear of has its notice.",
    sql: `select e.id as experiment_id, e.status, d.id as destination_id
            from experiments e
            join destinations d on d.project_id = e.project_id and d.kind <> 'forge' and d.created_at < e.finished_at
           where e.notifies and ${ACTIVE_OR_RECENT} and e.finished_at is not null
             and ('finished' = any (d.events) or (e.status = 'Failed' and 'failed' = any (d.events)))
             and not exists (
                   select from notices n
                    where n.destination_id = d.id and n.experiment_id = e.id and n.event = 'finished')`,
  },
  {
    name: "owed-notice-has-job",
    sentence: "A notice that is owed has a job: else nobody tells it.",
    sql: `select n.id as notice_id, n.experiment_id, n.event, n.owed_at
            from notices n
           where n.state = 'owed'
             and not exists (select from jobs j where j.kind = 'notice' and j.subject_id = n.experiment_id)`,
  },
];
