-- Which partition of the journal's topic a cluster's records go to. Kept, not computed: it stays what it was when partitions are added.

create table journal_partition (
    topic          text collate "C"    not null,
    cluster        text collate "C"    not null,
    partition      integer not null,
    assigned_us    bigint not null,
    primary key (topic, cluster)
);
