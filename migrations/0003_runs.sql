create table runs (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity,
  experiment_id uuid not null references experiments,
  name text not null,
  engine text not null,
  priority smallint not null,
  plan jsonb not null,
  -- SHA-256 of the token that its containers hold; dead when the run is over.
  token_hash text not null,
  state text not null default 'Submitted' check (state in ('Submitted', 'Preparing', 'Queueing', 'Running', 'Finalizing', 'Done', 'Failed', 'Cancelled')),
  reason text,
  attempt smallint not null default 0,
  failures smallint not null default 0,
  platform_faults smallint not null default 0,
  cancel_requested boolean not null default false,
  cancel_kill boolean not null default false,
  exit_code integer,
  exception jsonb,
  created_at timestamptz not null default now(),
  queued_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  unique (experiment_id, name),
  check ((state in ('Done', 'Failed', 'Cancelled')) = (finished_at is not null)),
  check (state <> 'Queueing' or reason is not null)
) with (fillfactor = 80);
create index on runs (experiment_id);
create index on runs (priority, sequence) where state = 'Queueing';
create index on runs (token_hash) where finished_at is null;

create table run_changes (
  id bigint generated always as identity primary key,
  run_id uuid not null references runs on delete cascade,
  state text not null,
  reason text,
  attempt smallint not null,
  exception jsonb,
  at timestamptz not null default clock_timestamp()
);
create index on run_changes (run_id, id);

create table attempts (
  id uuid primary key default gen_random_uuid(),
  run_id uuid not null references runs on delete cascade,
  number smallint not null,
  engine text not null,
  live boolean not null default true,
  -- Written by the scheduler alone; counts until the attempt is over.
  reservation jsonb,
  -- Written under the lease, before the engine is asked to start anything.
  engine_id text,
  -- Written by the observer alone.
  observation jsonb,
  observed_at timestamptz,
  -- When the engine was first asked to stop it: the grace runs from here.
  stop_requested_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  unique (run_id, number),
  check (live = (finished_at is null)),
  check (engine_id is null or reservation is not null)
) with (fillfactor = 80);
create unique index one_live_attempt on attempts (run_id) where live;
create index on attempts (engine) where live;
