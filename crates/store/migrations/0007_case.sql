-- Cases (办件), their history, deadlines and papers, and what they did to records.

insert into counter (name, next) values ('credit_case', 1), ('case_document', 1), ('statement', 1);

-- organ: department of the place that decides; '' where the centre does. item and record_id: what the case is
-- about. data: JSON of what the kind of case keeps.
create table credit_case (
    id bigint not null primary key,
    number text not null unique,
    kind text not null,
    state text not null,
    turn text not null,
    subject_id bigint not null,
    item text not null,
    record_id bigint not null,
    organ text not null,
    opened_by text not null,
    opened_at text not null,
    policy_version text not null,
    handler bigint,
    data text not null,
    due_on text,
    -- Last day of publication of the record, where the case ends with it.
    ends_on text,
    closed_at text
);
create index case_by_subject on credit_case (subject_id, id);
create index case_by_organ on credit_case (organ, turn, due_on);
create index case_by_turn on credit_case (turn, due_on);
create index case_by_end on credit_case (ends_on) where closed_at is null;
create unique index case_open on credit_case (record_id, kind) where closed_at is null;

-- detail: JSON. note: what the subject reads.
create table case_event (
    case_id bigint not null,
    seq bigint not null,
    at text not null,
    actor text not null,
    step text not null,
    note text not null,
    detail text not null,
    primary key (case_id, seq)
);

-- due_on is null while no calendar of its year is known.
create table case_deadline (
    case_id bigint not null,
    seq bigint not null,
    rule text not null,
    started_on text not null,
    due_on text,
    extended boolean not null,
    paused_on text,
    paused_days bigint not null,
    ended_on text,
    lapsed boolean not null,
    primary key (case_id, seq)
);
create index deadline_running on case_deadline (due_on) where ended_on is null;

-- kind: application, commitment, performance, ruling, evidence, answer, or a notice the platform made.
create table case_document (
    id bigint not null primary key,
    case_id bigint not null,
    kind text not null,
    number text not null,
    file_name text not null,
    media_type text not null,
    digest text not null,
    content bytea not null,
    added_by text not null,
    added_at text not null,
    served_on text,
    served_how text
);
create index case_document_by_case on case_document (case_id, id);

-- What a case began or ended on a record, with its place in the change feed.
create table standing (
    subject_id bigint not null,
    record_id bigint not null,
    seq bigint not null,
    item text not null,
    standing text not null,
    begins boolean not null,
    on_day text not null,
    case_id bigint not null,
    at text not null,
    feed_at bigint not null,
    primary key (subject_id, record_id, seq)
);
create unique index standing_by_feed on standing (feed_at);
create index standing_by_instant on standing (at);

-- A subject's own words beside a record (本人声明).
create table statement (
    id bigint not null primary key,
    subject_id bigint not null,
    record_id bigint not null,
    text text not null,
    made_by text not null,
    made_at text not null,
    withdrawn_at text
);
create index statement_by_subject on statement (subject_id, record_id);
