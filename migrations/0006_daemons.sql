-- The Docker daemon that a job needs (Info.ID); null where any server can do it.
alter table jobs add column daemon text;
-- The Docker daemon that has a run's containers; null where every server reaches its engine.
alter table runs add column daemon text;
-- The daemons that this server has met, as its heartbeat tells.
alter table instances add column daemons text[] not null default '{}';

-- Every Docker daemon that a server has met.
create table daemons (
  id text primary key,
  engine text not null,
  -- The name of its machine.
  host text not null,
  -- Machine and DOCKER_HOST: another id at the same place has taken the place of this one.
  place text not null,
  machines jsonb not null,
  met_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);

-- What is under way stays where it is.
update runs r set daemon = e.image ->> 'daemon'
  from experiments e
 where e.id = r.experiment_id and r.engine = 'docker' and r.finished_at is null;
update jobs j set daemon = r.daemon from runs r where j.kind = 'run' and r.id = j.subject_id;
update jobs j set daemon = r.daemon from runs r where j.kind = 'experiment' and r.experiment_id = j.subject_id;
