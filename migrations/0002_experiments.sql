create table experiments (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  project_id uuid not null references projects,
  number integer not null,
  name text not null,
  description text,
  tags text[] not null default '{}',
  params jsonb not null default '{}',
  fields jsonb not null default '{}',
  fields_version integer not null default 1,

  source_kind text not null check (source_kind in ('commit', 'archive')),
  commit_sha text,
  branch text,
  message text not null,
  author_name text,
  author_email text,
  manifest_selector text,
  overrides jsonb not null default '{}',
  engine text not null,
  priority smallint not null default 50 check (priority between 1 and 99),
  parent_id uuid references experiments,
  created_by text,
  triggered_by text not null check (triggered_by in ('push', 'submit', 'resubmit', 'schedule')),
  idempotency_key text,

  step text not null default 'Waiting' check (step in ('Waiting', 'Cloning', 'Building', 'Submitting', 'Running', 'Completed')),
  step_status text not null default 'Initialize' check (step_status in ('Initialize', 'Running', 'Succeeded', 'Failed', 'Cancelled')),
  -- Derived from the two above by core/lifecycle.ts, and kept for the lists.
  status text not null default 'Created' check (status in ('Created', 'Processing', 'Succeeded', 'Failed', 'Cancelled')),
  step_attempt smallint not null default 1,
  note text,
  exception jsonb,

  cancel_requested_at timestamptz,
  cancel_kill boolean not null default false,
  approved_at timestamptz,
  conditions jsonb,
  -- Needs and approval are met: the scheduler may look at it.
  ready boolean not null default false,
  admitted_at timestamptz,

  source_archive text,
  manifest_path text,
  manifest_text text,
  manifest jsonb,
  warnings jsonb not null default '[]',
  resources jsonb,
  image jsonb,

  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  archived_at timestamptz,
  deleted_at timestamptz,

  unique (project_id, number),
  check ((status in ('Succeeded', 'Failed', 'Cancelled')) = (finished_at is not null)),
  check (step_status <> 'Succeeded' or step = 'Completed'),
  check ((status = 'Failed') = (step_status = 'Failed')),
  check ((status = 'Cancelled') = (step_status = 'Cancelled'))
) with (fillfactor = 80);

-- One experiment per (project, commit, manifest) of a push, whatever the number of deliveries, also after a deletion.
create unique index one_per_push on experiments (project_id, commit_sha, coalesce(manifest_selector, '')) where triggered_by = 'push';
create unique index one_per_idempotency_key on experiments (project_id, idempotency_key) where idempotency_key is not null;

-- Lists: keyset on the sequence, newest first.
create index on experiments (sequence desc) where deleted_at is null;
create index on experiments (project_id, sequence desc) where deleted_at is null;
create index on experiments (project_id, status, sequence desc) where deleted_at is null;
create index on experiments (project_id, branch, sequence desc) where deleted_at is null;
create index on experiments using gin (tags);
alter table experiments add column search tsvector generated always as (
  to_tsvector('simple', name || ' ' || message || ' ' || coalesce(branch, '') || ' ' || coalesce(commit_sha, ''))
) stored;
create index on experiments using gin (search);
create index on experiments (parent_id) where parent_id is not null;
create index on experiments (name text_pattern_ops) where deleted_at is null;

-- The scheduler's two questions.
create index admitted_and_active on experiments (project_id) where admitted_at is not null and finished_at is null;
create index waiting_for_admission on experiments (priority, sequence) where ready and admitted_at is null and finished_at is null;
create index just_created on experiments (project_id, sequence) where conditions is null and finished_at is null;
create index on experiments using gin ((conditions -> 'needs')) where finished_at is null;

-- Every change of a step, for the timeline; the six steps of the API are derived from it.
create table step_changes (
  id bigint generated always as identity primary key,
  experiment_id uuid not null references experiments on delete cascade,
  step text not null,
  status text not null,
  attempt smallint not null default 1,
  note text,
  exception jsonb,
  at timestamptz not null default clock_timestamp()
);
create index on step_changes (experiment_id, id);
