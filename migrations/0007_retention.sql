-- Since when the experiment's logs are no longer kept; their rows stay.
alter table experiments add column logs_removed_at timestamptz;

-- Whose logs go next.
create index on experiments (finished_at) where finished_at is not null and logs_removed_at is null;
-- When an archive and an image were used last, and whether something active needs them.
create index on experiments (source_archive) where source_archive is not null;
create index on experiments ((image ->> 'digest')) where image is not null;

-- Files that no row speaks of any more: what is to be removed, until it is.
create table removals (
  kind text not null check (kind in ('logs', 'archive', 'repository')),
  -- The experiment's id, the archive's key, the project's slug.
  name text not null,
  created_at timestamptz not null default now(),
  primary key (kind, name)
);
create index on removals (created_at);
