-- Who reads which partition of an event hub, and how far it is durable. Several workers may share one file.

create table source_owner (
    namespace      text    not null,
    hub            text    not null,
    consumer_group text    not null,
    partition      text    not null,
    owner          text    not null,
    version        integer not null,
    modified_us    integer not null,
    primary key (namespace, hub, consumer_group, partition)
) without rowid;

create table source_checkpoint (
    namespace      text    not null,
    hub            text    not null,
    consumer_group text    not null,
    partition      text    not null,
    position       text    not null,
    sequence       integer not null,
    client         text    not null,
    modified_us    integer not null,
    primary key (namespace, hub, consumer_group, partition)
) without rowid;
