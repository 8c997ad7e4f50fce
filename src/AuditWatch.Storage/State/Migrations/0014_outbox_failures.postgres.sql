-- Consumers that failed on an alert's change, how often and why; parked: it is not tried again until somebody asks for it. Texts go through StoredText.

create table outbox_failure (
    outbox_id   bigint not null,
    consumer    text collate "C" not null,
    alert_id    text collate "C" not null,
    version     bigint not null,
    failures    bigint not null,
    reason      text collate "C" not null,
    first_us    bigint not null,
    last_us     bigint not null,
    parked_us   bigint,
    primary key (outbox_id, consumer)
);

create index outbox_failure_by_parked on outbox_failure (parked_us);
