-- Who may sign in. What people did keeps their name, also when they are gone.
create table users (
  name text primary key,
  administrator boolean not null,
  created_by text,
  created_at timestamptz not null default now()
);
insert into users (name, administrator, created_at)
  select user_name, bool_or(administrator), min(created_at) from tokens group by user_name;

-- A person has a token for each place where they work.
alter table tokens
  add column id uuid not null unique default gen_random_uuid(),
  add column name text not null default '',
  add column expires_at timestamptz,
  add column last_used_at timestamptz,
  add foreign key (user_name) references users (name) on delete cascade;
create index tokens_user on tokens (user_name);
