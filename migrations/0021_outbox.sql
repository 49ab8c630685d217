-- Where a project's notices go. Its URL, token or key is sealed with ASSAY_SECRET_KEY (see db/sealed.ts).
create table destinations (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references projects on delete cascade,
  kind text not null check (kind in ('forge', 'webhook', 'slack')),
  address text not null,
  events text[] not null default '{}' check (events <@ '{finished,failed,approval}'),
  sealed bytea not null,
  created_by text,
  created_at timestamptz not null default now(),
  -- In a row; while it is paused nothing is sent to it.
  failures integer not null default 0,
  paused_until timestamptz,
  trouble text
);
create index on destinations (project_id);
create unique index one_forge_per_project on destinations (project_id) where kind = 'forge';

-- What moves owe to destinations. A commit's status is one row, which each move makes owed again: the newest wins.
create table notices (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  destination_id uuid not null references destinations on delete cascade,
  experiment_id uuid not null references experiments on delete cascade,
  event text not null check (event in ('status', 'finished', 'approval')),
  -- Of a status, what it is a status of: a later experiment of the same speaks for both.
  about text,
  -- The move that it is owed for.
  step text not null,
  step_status text not null,
  version integer not null default 1,
  state text not null default 'owed' check (state in ('owed', 'told', 'superseded', 'refused')),
  tries integer not null default 0,
  reason text,
  owed_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default now(),
  settled_at timestamptz,
  check ((state = 'owed') = (settled_at is null)),
  check ((event = 'status') = (about is not null))
) with (fillfactor = 80);
create unique index one_status_per_experiment on notices (destination_id, experiment_id) where event = 'status';
create index on notices (experiment_id, sequence);
create index on notices (destination_id, sequence desc);
create index on notices (destination_id, about, sequence) where event = 'status';
create index on notices (destination_id, owed_at) where state = 'owed';

-- Whether its moves owe notices: kept in the row, so that those of other projects are not even asked about.
alter table experiments add column notifies boolean not null default false;

create function decide_notifies() returns trigger language plpgsql as $$
begin
  -- A statement of its own, so it sees a destination whose project was locked until now.
  new.notifies := exists (select from destinations where project_id = new.project_id);
  return new;
end $$;

-- In the move's own transaction, whichever statement moves: no way to move forgets it.
create function owe_notices() returns trigger language plpgsql as $$
declare
  owed integer;
  more integer := 0;
begin
  insert into notices as n (destination_id, experiment_id, event, about, step, step_status)
  select d.id, new.id, 'status', concat(new.commit_sha, ' ', new.manifest_selector), new.step, new.step_status
    from destinations d
   where d.project_id = new.project_id and d.kind = 'forge'
     and new.source_kind = 'commit' and new.commit_sha is not null
      on conflict (destination_id, experiment_id) where event = 'status' do update
     set state = 'owed', version = n.version + 1, step = excluded.step, step_status = excluded.step_status,
         owed_at = clock_timestamp(), due_at = now(), settled_at = null, tries = 0, reason = null
   where (n.step, n.step_status) <> (excluded.step, excluded.step_status);
  get diagnostics owed = row_count;

  if new.finished_at is not null and old.finished_at is null then
    insert into notices (destination_id, experiment_id, event, step, step_status)
    select d.id, new.id, 'finished', new.step, new.step_status
      from destinations d
     where d.project_id = new.project_id and d.kind <> 'forge'
       and ('finished' = any (d.events) or (new.status = 'Failed' and 'failed' = any (d.events)));
    get diagnostics more = row_count;
  elsif new.conditions ->> 'approval' = 'true' and new.approved_at is null
        and old.conditions ->> 'approval' is distinct from 'true' then
    insert into notices (destination_id, experiment_id, event, step, step_status)
    select d.id, new.id, 'approval', new.step, new.step_status
      from destinations d
     where d.project_id = new.project_id and d.kind <> 'forge' and 'approval' = any (d.events);
    get diagnostics more = row_count;
  end if;

  if owed + more > 0 then
    insert into jobs (kind, subject_id) values ('notice', new.id)
        on conflict (kind, subject_id) do update
       set wakes = jobs.wakes + 1, net = false,
           due_at = case when jobs.owner is null then least(jobs.due_at, now()) else jobs.due_at end;
  end if;
  return null;
end $$;

create trigger decide_notifies before insert on experiments
  for each row execute function decide_notifies();
create trigger owe_notices_of_new after insert on experiments
  for each row when (new.notifies) execute function owe_notices();
create trigger owe_notices_of_move after update of step, step_status, conditions on experiments
  for each row when (new.notifies) execute function owe_notices();
