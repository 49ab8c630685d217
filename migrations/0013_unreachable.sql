-- Since when the engine that a job needs has not answered: it is waited for, but not for ever.
alter table jobs add column unreachable_since timestamptz;
