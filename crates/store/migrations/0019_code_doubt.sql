-- Doubts about codes, as the nightly look finds them, and what somebody said of each.
insert into counter (name, next) values ('code_doubt', 1);

create table code_doubt (
    id bigint not null primary key,
    kind text not null,
    subject_id bigint not null,
    -- What it disagrees with: another code, another name, a division.
    other text not null,
    -- Where that is written: a receipt and a row; empty where it is no department's.
    source text not null,
    found_at text not null,
    seen_at text not null,
    gone_at text,
    note text,
    settled_by text,
    settled_at text,
    unique (kind, subject_id, other)
);
create index code_doubt_by_kind on code_doubt (kind, id);
create index fault_by_rule on fault (rule, submission_id);

-- A department's own ledger (台账) of a kind of documents: what there is, told by somebody else than the
-- deliveries, against which these are held.
create table ledger_entry (
    department text not null,
    item text not null,
    number_key text not null,
    number text not null,
    decided_on text not null,
    source text not null,
    added_by text not null,
    added_at text not null,
    primary key (department, item, number_key)
);
create index ledger_entry_by_day on ledger_entry (department, item, decided_on);
