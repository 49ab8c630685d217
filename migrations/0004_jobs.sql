-- A server that is alive: it holds an advisory lock of (7001, lock_key) in a session, and its heartbeat moves.
create table instances (
  id uuid primary key,
  lock_key integer not null,
  host text not null,
  version text not null,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now()
);

create table jobs (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('experiment', 'run', 'delivery', 'notice')),
  subject_id uuid not null,
  due_at timestamptz not null default now(),
  owner uuid references instances on delete set null,
  -- Grows with each claim: a writer that lost its lease is known by it.
  token bigint not null default 0,
  -- Each wake counts; one that comes while the job is claimed makes it due again.
  wakes bigint not null default 0,
  -- It waits for a wake, and due_at is only the safety net.
  net boolean not null default false,
  failures smallint not null default 0,
  lost_leases smallint not null default 0,
  error text,
  created_at timestamptz not null default now(),
  unique (kind, subject_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
create index on jobs (due_at, id) where owner is null;
create index on jobs (owner) where owner is not null;
