-- Documents that Elasticsearch will not take. The event itself is in the journal.

create table dead_letter (
    event_id    text    not null primary key,
    segment     integer not null,
    frame       integer not null,
    record      integer not null,
    cluster     text    not null,
    error_type  text    not null,
    reason      text    not null,
    attempts    integer not null,
    first_us    integer not null,
    last_us     integer not null
) without rowid;
