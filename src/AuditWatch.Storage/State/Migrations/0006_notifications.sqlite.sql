-- What routes have to say: alerts that wait for a message, and messages with the time when each is tried again. Texts go through StoredText.

create table notification_message (
    id          integer not null primary key autoincrement,
    route       text    not null,
    alerts      integer not null,
    created_us  integer not null,
    due_us      integer not null,
    attempts    integer not null default 0,
    state       text    not null check (state in ('waiting', 'sent', 'parked')),
    error       text,
    done_us     integer
);

create index notification_message_by_state on notification_message (state, due_us);
create index notification_message_by_route on notification_message (route, id);

create table notification (
    route       text    not null,
    alert_id    text    not null,
    version     integer not null,
    created_us  integer not null,
    message     integer references notification_message (id),
    primary key (route, alert_id, version)
) without rowid;

create index notification_by_message on notification (message, route);
