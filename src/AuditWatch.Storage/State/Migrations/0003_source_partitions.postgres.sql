-- Who reads which partition of an event hub, and how far it is durable. Several workers may share one file.

create table source_owner (
    namespace      text collate "C"    not null,
    hub            text collate "C"    not null,
    consumer_group text collate "C"    not null,
    partition      text collate "C"    not null,
    owner          text collate "C"    not null,
    version        bigint not null,
    modified_us    bigint not null,
    primary key (namespace, hub, consumer_group, partition)
);

create table source_checkpoint (
    namespace      text collate "C"    not null,
    hub            text collate "C"    not null,
    consumer_group text collate "C"    not null,
    partition      text collate "C"    not null,
    position       text collate "C"    not null,
    sequence       bigint not null,
    client         text collate "C"    not null,
    modified_us    bigint not null,
    primary key (namespace, hub, consumer_group, partition)
);
