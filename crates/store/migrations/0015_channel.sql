-- Channels (归集通道): folders from which a department's files are taken, and what became of each file.
insert into counter (name, next) values ('channel', 1), ('channel_run', 1);

create table channel (
    id bigint not null primary key,
    department text not null,
    item text not null,
    mode text not null,
    created_by text not null,
    created_at text not null,
    paused_at text,
    -- Until then a worker has it.
    busy_until text,
    unique (department, item)
);

-- detail: the question or the refusal in both languages.
create table channel_run (
    id bigint not null primary key,
    channel_id bigint not null,
    file_name text not null,
    state text not null,
    found_at text not null,
    attempts bigint not null,
    next_at text not null,
    settled_at text,
    receipt text,
    detail text not null,
    reason text,
    answered_by text
);
create index channel_run_by_channel on channel_run (channel_id, id);
create index channel_run_by_state on channel_run (state, channel_id);
