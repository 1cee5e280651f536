-- What became of rows that came back or were doubted: each change of state, by whom, and through which delivery.
create table row_event (
    submission_id bigint not null,
    row_no bigint not null,
    seq bigint not null,
    state text not null,
    note text not null,
    -- The delivery that brought it again; it counts once that is accepted.
    receipt text,
    actor text not null,
    at text not null,
    primary key (submission_id, row_no, seq)
);
create index row_event_by_receipt on row_event (receipt);
