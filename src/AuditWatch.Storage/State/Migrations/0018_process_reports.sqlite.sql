-- What each process says of the sources that it reads, and how many events came again to any of them, by who sent them: neither is in the journal, and all processes must show the sum.

create table process_report (
    owner   text not null primary key,
    at_us   integer not null,
    report  text not null
) without rowid;

create table api_server_repeats (
    cluster     text not null,
    source      text not null,
    api_server  text not null,
    repeats     integer not null,
    at_us       integer not null,
    primary key (cluster, source, api_server)
) without rowid;
