-- Exceptions that people made from alerts. A reader of the journal holds one for a part of the journal: after a place, and until a place once it was ended. Texts go through StoredText.

create table site_exception (
    id          text collate "C" not null primary key,
    document    text collate "C" not null,
    created_us  bigint not null,
    created_by  text collate "C" not null,
    ended_us    bigint,
    ended_by    text collate "C"
);

create table exception_term (
    reader          text collate "C" not null,
    exception_id    text collate "C" not null,
    after_segment   bigint not null,
    after_frame     bigint not null,
    after_record    bigint not null,
    until_segment   bigint,
    until_frame     bigint,
    until_record    bigint,
    primary key (reader, exception_id)
);

-- What exceptions have hidden, those of files too: counted in the commit that hid it.
create table exception_use (
    reader          text collate "C" not null,
    exception_id    text collate "C" not null,
    findings        bigint not null,
    last_us         bigint not null,
    primary key (reader, exception_id)
);
