-- Who has a journal reader, and how often it changed hands: what is saved under an older number than this is refused.

alter table reader_position add column epoch bigint not null default 0;
alter table reader_position add column owner text;

-- The mark of the redaction key that all ingesters share: with two keys one secret would have two marks.
alter table installation add column redaction_mark text;
