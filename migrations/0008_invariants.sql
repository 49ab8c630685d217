-- What the invariants are asked about: what is active or has just ended, at any number of finished experiments.
create index active_or_finished_at on experiments (finished_at);
create index not_sealed on logs (experiment_id) where not sealed;
create index pending on deliveries (id) where decision = 'pending';

-- A limit holds for what was admitted since it was set; null where it is the project's first.
alter table projects add column limit_set_at timestamptz;
