-- Repositories that are asked whether something was pushed, each when it is due.
create table polls (
  project_id uuid primary key references projects (id) on delete cascade,
  -- Whether its refs were ever recorded as seen: else the first look is the base, and starts nothing.
  has_base boolean not null default false,
  polled_at timestamptz,
  -- Why the last look failed, as a sentence.
  problem text,
  failures integer not null default 0,
  due_at timestamptz not null default now()
);
insert into polls (project_id, has_base) select id, true from projects where forge <> 'builtin';
