-- Exceptions that people made from alerts. A reader of the journal holds one for a part of the journal: after a place, and until a place once it was ended. Texts go through StoredText.

create table site_exception (
    id          text    not null primary key,
    document    text    not null,
    created_us  integer not null,
    created_by  text    not null,
    ended_us    integer,
    ended_by    text
) without rowid;

create table exception_term (
    reader          text    not null,
    exception_id    text    not null,
    after_segment   integer not null,
    after_frame     integer not null,
    after_record    integer not null,
    until_segment   integer,
    until_frame     integer,
    until_record    integer,
    primary key (reader, exception_id)
) without rowid;

-- What exceptions have hidden, those of files too: counted in the commit that hid it.
create table exception_use (
    reader          text    not null,
    exception_id    text    not null,
    findings        integer not null,
    last_us         integer not null,
    primary key (reader, exception_id)
) without rowid;
