-- The list in other orders than newest first: keyset, with the sequence to tell equal ones apart.
create index on experiments (name, sequence) where deleted_at is null;
create index on experiments (project_id, name, sequence) where deleted_at is null;
-- What has not finished counts as finishing last.
create index on experiments (coalesce(finished_at, 'infinity'), sequence) where deleted_at is null;
create index on experiments (project_id, coalesce(finished_at, 'infinity'), sequence) where deleted_at is null;
