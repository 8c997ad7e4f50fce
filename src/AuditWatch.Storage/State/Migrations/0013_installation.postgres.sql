-- Whose journal the positions and the detection state belong to. A state that several servers can reach must not be taken for another journal's.

create table installation (
    id          text collate "C" not null primary key,
    claimed_us  bigint  not null
);

-- The number of each writer's last transaction, for a writer that does not know whether its commit was taken.
create table state_writer (
    writer      text collate "C" not null primary key,
    number      bigint  not null,
    seen_us     bigint  not null
);
