-- Where Falco's alerts lie in the journal, by what they are looked up by.

create table falco_note (
    segment   integer not null,
    frame     integer not null,
    record    integer not null,
    cluster   text    not null,
    time_us   integer not null,
    namespace text,
    pod       text,
    container text,
    rule      text    not null,
    priority  text,
    sentence  text    not null,
    primary key (segment, frame, record)
) without rowid;

create index falco_note_time on falco_note (time_us);
