-- Channels that pull from a department's front-end library (前置库). The library's address is in the settings,
-- because it holds a password.
create table channel_pull (
    channel_id bigint not null primary key,
    library text not null,
    relation text not null,
    -- None: everything is read each time and compared.
    cursor_column text,
    every_minutes bigint not null,
    next_at text not null,
    attempts bigint not null,
    failure text,
    read_at text,
    -- How far it was read, and how far once the run under way is taken in; JSON.
    position text not null,
    pending text
);
