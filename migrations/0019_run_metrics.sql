-- What a run reported under one name, and what its replicas used; the points are below.
create table metrics (
  id bigint generated always as identity primary key,
  run_id uuid not null references runs on delete cascade,
  experiment_id uuid not null references experiments on delete cascade,
  kind text not null check (kind in ('reported', 'resource')),
  name text not null,
  -- Grows with the run's attempts: a newer one replaces what an older one reported beyond where it began.
  generation integer not null default 0,
  -- How many points there are at most; they are thinned when there are too many.
  kept integer not null default 0,
  last_step double precision,
  last_value double precision,
  -- As metrics.json has it.
  final_value double precision,
  value double precision not null generated always as (coalesce(final_value, last_value)) stored,
  unique (run_id, kind, name),
  check ((last_step is null) = (last_value is null))
);
create index on metrics (experiment_id);
-- The list of experiments, by the value of one metric.
create index on metrics (name, value) where kind = 'reported';

create table metric_points (
  metric_id bigint not null references metrics on delete cascade,
  step double precision not null,
  value double precision not null,
  primary key (metric_id, step)
);

-- How much of a run's metrics.jsonl its points hold: both change in one transaction.
create table metric_files (
  run_id uuid primary key references runs on delete cascade,
  read bigint not null,
  lines bigint not null,
  -- Lines that were no JSON object, or had no number.
  skipped bigint not null,
  -- The bytes before `read`, in hex: a file that has others there is another one.
  before text not null,
  generation integer not null
);
