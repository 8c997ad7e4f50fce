-- What people decide about alerts, who did it when, and bulk changes that can be taken back. Texts that people or events bring are kept through StoredText.

alter table alert add column triage_status text not null default 'new' check (triage_status in ('new', 'acknowledged', 'closed', 'reopened'));
update alert set triage_status = status;
alter table alert drop column status;
alter table alert rename column triage_status to status;
alter table alert add column resolution text check (resolution in ('true_positive', 'benign_expected', 'noise', 'duplicate'));
alter table alert add column assignee text;
-- Sorted, each followed by a blank, the first after one: ' a b '. Tags have no blanks.
alter table alert add column tags text not null default ' ';
alter table alert add column notes integer not null default 0;
alter table alert add column triage_revision integer not null default 0;
alter table alert add column triage_us integer;
-- The version that evidence last made, and the most requests it ever joined: a replay counts up again and must not look like news.
alter table alert add column evidence_version integer not null default 1;
alter table alert add column most_requests integer not null default 1;
update alert set evidence_version = version, most_requests = coalesce(json_extract(json, '$.count'), 1);

create index alert_by_status on alert (status, time_us desc);

create table triage_job (
    id          integer not null primary key autoincrement,
    at_us       integer not null,
    who         text    not null,
    via         text    not null,
    query       text    not null,
    change      text    not null,
    matched     integer not null,
    changed     integer not null default 0,
    skipped     integer not null default 0,
    state       text    not null check (state in ('running', 'done', 'undone'))
);

create table alert_history (
    id          integer not null primary key autoincrement,
    alert_id    text    not null references alert (alert_id) on delete cascade,
    version     integer not null,
    revision    integer not null,
    at_us       integer not null,
    who         text    not null,
    via         text    not null,
    act         text    not null,
    note        text,
    before      text    not null,
    after       text    not null,
    job         integer references triage_job (id)
);

create index alert_history_by_alert on alert_history (alert_id, id);
create index alert_history_by_job on alert_history (job, id);

-- Rules whose alerts are closed with a note only, by id or name.
create table note_required (rule text not null primary key) without rowid;
