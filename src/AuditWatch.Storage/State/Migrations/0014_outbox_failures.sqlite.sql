-- Consumers that failed on an alert's change, how often and why; parked: it is not tried again until somebody asks for it. Texts go through StoredText.

create table outbox_failure (
    outbox_id   integer not null,
    consumer    text    not null,
    alert_id    text    not null,
    version     integer not null,
    failures    integer not null,
    reason      text    not null,
    first_us    integer not null,
    last_us     integer not null,
    parked_us   integer,
    primary key (outbox_id, consumer)
) without rowid;

create index outbox_failure_by_parked on outbox_failure (parked_us);
