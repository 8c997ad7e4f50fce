-- Incidents as detection last wrote them, and what people joined and parted by hand. A replay writes the same incidents; it never touches the edits.

create table incident (
    incident_id     text    not null primary key,
    cluster         text    not null,
    level           integer not null,
    first_us        integer not null,
    last_us         integer not null,
    withdrawn       integer not null,
    merged_into     text,
    version         integer not null default 1,
    first_change_us integer not null,
    last_change_us  integer not null,
    json            text    not null
) without rowid;

create index incident_by_time on incident (last_us desc, incident_id);

create table incident_edit (
    id          integer not null primary key autoincrement,
    at_us       integer not null,
    who         text    not null,
    via         text    not null,
    act         text    not null check (act in ('merge', 'split')),
    incident_id text    not null,
    source_id   text    not null,
    alerts      text    not null,
    note        text,
    undone_us   integer
);
