-- What the key was sent with, as a hash: a repeat with something else is a mistake, not a repeat.
alter table experiments add column idempotency_fingerprint text;
