-- Where Falco's alerts lie in the journal, by what they are looked up by.

create table falco_note (
    segment   bigint not null,
    frame     bigint not null,
    record    bigint not null,
    cluster   text collate "C"    not null,
    time_us   bigint not null,
    namespace text collate "C",
    pod       text collate "C",
    container text collate "C",
    rule      text collate "C"    not null,
    priority  text collate "C",
    sentence  text collate "C"    not null,
    primary key (segment, frame, record)
);

create index falco_note_time on falco_note (time_us);
