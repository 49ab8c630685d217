-- By what the engine knows the beginning of its own log: another one than before means that the beginning was removed.
alter table logs add column origin text;
