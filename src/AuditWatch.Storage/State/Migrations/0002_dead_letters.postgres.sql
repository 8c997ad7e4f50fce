-- Documents that Elasticsearch will not take. The event itself is in the journal.

create table dead_letter (
    event_id    text collate "C"    not null primary key,
    segment     bigint not null,
    frame       bigint not null,
    record      bigint not null,
    cluster     text collate "C"    not null,
    error_type  text collate "C"    not null,
    reason      text collate "C"    not null,
    attempts    bigint not null,
    first_us    bigint not null,
    last_us     bigint not null
);
