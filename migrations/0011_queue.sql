-- The queue as a whole takes nothing new; at most one row.
create table paused_queue (
  singleton boolean primary key default true check (singleton),
  reason text not null,
  drain boolean not null default false,
  since timestamptz not null default now()
);

-- A drain is a pause after which somebody waits until nothing runs any more.
alter table paused_engines add column drain boolean not null default false;

-- Why the platform itself asked for the end: a newer experiment of the same concurrency group, for one.
alter table experiments add column cancel_reason text;

-- The members of the concurrency groups.
create index in_concurrency_groups on experiments (project_id)
  where finished_at is null and conditions -> 'concurrency' is not null;
