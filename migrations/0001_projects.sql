-- Who this database is: the data directory carries the same id.
create table installation (
  single boolean primary key default true check (single),
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now()
);
insert into installation default values;

-- Tokens are long and random, so a plain SHA-256 of them is kept.
create table tokens (
  hash text primary key,
  user_name text not null,
  administrator boolean not null,
  created_at timestamptz not null default now()
);

create table projects (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  forge text not null check (forge in ('builtin', 'github', 'gitlab', 'gitea', 'bitbucket')),
  repository text check ((repository is null) = (forge = 'builtin')),
  forge_repository_id text,
  engine text not null,
  settings jsonb not null,
  next_number integer not null default 1,
  created_at timestamptz not null default now()
);

-- Encrypted with ASSAY_SECRET_KEY. A rotated secret is accepted for a day.
create table webhook_secrets (
  id bigint generated always as identity primary key,
  project_id uuid not null references projects on delete cascade,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);
create index on webhook_secrets (project_id);

-- Where each ref was seen last; what is reachable from here is not new.
create table seen_refs (
  project_id uuid not null references projects on delete cascade,
  ref text not null,
  commit_sha text not null,
  primary key (project_id, ref)
);

-- Where refs stood before they were deleted or forced away: still seen.
create table seen_commits (
  project_id uuid not null references projects on delete cascade,
  commit_sha text not null,
  primary key (project_id, commit_sha)
);
