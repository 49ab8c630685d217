-- Values that a project's experiments may ask for. A new value is a new version; versions are never used again.
create table secrets (
  project_id uuid not null references projects on delete cascade,
  name text not null check (name ~ '^[A-Za-z_][A-Za-z0-9_]{0,199}$'),
  version integer not null check (version > 0),
  -- With ASSAY_SECRET_KEY, see db/sealed.ts; null once it was replaced or deleted and nothing active has it.
  sealed bytea check (sealed is not null or replaced_at is not null),
  created_by text,
  created_at timestamptz not null default now(),
  -- Since when another version, or none, is the project's.
  replaced_at timestamptz,
  primary key (project_id, name, version)
);
create index on secrets (replaced_at) where sealed is not null and replaced_at is not null;
