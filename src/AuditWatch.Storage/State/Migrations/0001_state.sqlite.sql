-- Times are whole microseconds since 1970. Texts that come from events are kept through StoredText, so that every database can hold them.

create table reader_position (
    reader      text    not null primary key,
    segment     integer not null,
    frame       integer not null,
    record      integer not null
) without rowid;

create table detection_state (
    reader      text    not null,
    cluster     text    not null,
    kind        text    not null,
    state_key   text    not null,
    value       blob    not null,
    expires_us  integer not null,
    primary key (reader, cluster, kind, state_key)
) without rowid;

create table alert (
    alert_id         text    not null primary key,
    cluster          text    not null,
    rule_id          text    not null,
    rule_name        text    not null,
    level            integer not null,
    time_us          integer not null,
    actor_user       text,
    effective_user   text,
    credential_id    text,
    client_ip        text,
    object_namespace text,
    status           text    not null default 'new' check (status in ('new', 'acknowledged', 'closed')),
    version          integer not null default 1,
    first_change_us  integer not null,
    last_change_us   integer not null,
    json             text    not null
) without rowid;

create index alert_by_time on alert (time_us desc, alert_id);
create index alert_by_rule on alert (rule_id, time_us desc);

create table outbox (
    id          integer not null primary key autoincrement,
    alert_id    text    not null references alert (alert_id) on delete cascade,
    version     integer not null,
    created_us  integer not null,
    due_us      integer not null,
    attempts    integer not null default 0
);

create index outbox_by_due on outbox (due_us, id);

create table outbox_done (
    outbox_id   integer not null references outbox (id) on delete cascade,
    consumer    text    not null,
    done_us     integer not null,
    primary key (outbox_id, consumer)
) without rowid;

create table cluster (
    name        text    not null primary key,
    client_cn   text    not null unique,
    created_us  integer not null
) without rowid;

create table cluster_token (
    token_sha256 blob   not null primary key,
    cluster     text    not null references cluster (name) on delete cascade,
    created_us  integer not null
) without rowid;

create table quarantine_note (
    segment     integer not null,
    frame       integer not null,
    record      integer not null,
    cluster     text    not null,
    source      text    not null,
    reason      text    not null,
    received_us integer not null,
    bytes       integer not null,
    replayed_us integer,
    primary key (segment, frame, record)
) without rowid;
