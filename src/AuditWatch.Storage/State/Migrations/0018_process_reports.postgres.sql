-- What each process says of the sources that it reads, and how many events came again to any of them, by who sent them: neither is in the journal, and all processes must show the sum.

create table process_report (
    owner   text collate "C" not null primary key,
    at_us   bigint not null,
    report  text collate "C" not null
);

create table api_server_repeats (
    cluster     text collate "C" not null,
    source      text collate "C" not null,
    api_server  text collate "C" not null,
    repeats     bigint not null,
    at_us       bigint not null,
    primary key (cluster, source, api_server)
);
