-- Which partition of the journal's topic a cluster's records go to. Kept, not computed: it stays what it was when partitions are added.

create table journal_partition (
    topic          text    not null,
    cluster        text    not null,
    partition      integer not null,
    assigned_us    integer not null,
    primary key (topic, cluster)
) without rowid;
