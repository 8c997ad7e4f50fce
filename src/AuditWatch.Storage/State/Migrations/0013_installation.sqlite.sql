-- Whose journal the positions and the detection state belong to. A state that several servers can reach must not be taken for another journal's.

create table installation (
    id          text    not null primary key,
    claimed_us  integer not null
) without rowid;
