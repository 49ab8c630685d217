-- What an experiment goes back to, for whoever follows it through the logs; a delivery's row may be gone before.
alter table experiments add column delivery_id uuid;
alter table experiments add column request_id text;
