create table deliveries (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  project_id uuid not null references projects on delete cascade,
  forge_delivery_id text,
  event text not null,
  source text not null check (source in ('webhook', 'git', 'poll')),
  received_at timestamptz not null default now(),
  push jsonb,
  decision text not null default 'pending' check (decision in ('started', 'nothing', 'duplicate', 'pending')),
  reason text not null default '',
  experiments jsonb not null default '[]'
);
create unique index one_answer_per_delivery on deliveries (project_id, forge_delivery_id) where forge_delivery_id is not null;
create index on deliveries (project_id, sequence desc);

-- Image key → image, so that nothing is built twice.
create table images (
  project_id uuid not null references projects on delete cascade,
  daemon text not null,
  key text not null,
  name text not null,
  digest text not null,
  parts jsonb not null,
  experiment_id uuid not null references experiments on delete cascade,
  built_at timestamptz not null default now(),
  used_at timestamptz not null default now(),
  primary key (project_id, daemon, key)
);
create index on images (project_id, daemon, built_at desc);

create table logs (
  id uuid primary key default gen_random_uuid(),
  experiment_id uuid not null references experiments on delete cascade,
  step text not null,
  run_id uuid references runs on delete cascade,
  attempt smallint,
  replica text,
  stored bigint not null default 0,
  raw_stdout bigint not null default 0,
  raw_stderr bigint not null default 0,
  held_stdout text not null default '',
  held_stderr text not null default '',
  sealed boolean not null default false,
  sha256 text,
  writer_token bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (experiment_id, step, run_id, attempt, replica),
  check (sealed = (sha256 is not null))
) with (fillfactor = 70);

-- An engine that takes no new work, and why.
create table paused_engines (
  engine text primary key,
  reason text not null,
  since timestamptz not null default now()
);
