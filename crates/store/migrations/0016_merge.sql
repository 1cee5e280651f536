-- One subject for each real one: pairs that may be of one subject, what people judged, and merges.

-- For whom a case was filed and a statement was made: a record may be parted from them again.
alter table credit_case add column filed_for bigint;
update credit_case set filed_for = subject_id;
create index credit_case_filed_for on credit_case (filed_for);
alter table statement add column made_for bigint;
update statement set made_for = subject_id;

insert into counter (name, next) values ('linkage_pair', 1), ('linkage', 1), ('merge', 1);

-- Two descriptions, the older one first. What the model said is kept with its version.
create table linkage_pair (
    id bigint not null primary key,
    one_id bigint not null,
    other_id bigint not null,
    linkage text not null,
    model_version text not null,
    millibits bigint not null,
    reasons text not null,
    state text not null,
    found_at text not null,
    proposed_by text,
    unique (one_id, other_id)
);
create index linkage_pair_by_other on linkage_pair (other_id);
create index linkage_pair_by_state on linkage_pair (state, id);

-- How far the change feed was when candidates for a subject without a code were looked for.
create table linkage_look (
    subject_id bigint not null primary key,
    position bigint not null
);

-- What somebody said of a pair; kept for ever.
create table judgement (
    pair_id bigint not null,
    seq bigint not null,
    judgement text not null,
    reason text not null,
    actor text not null,
    at text not null,
    primary key (pair_id, seq)
);

-- A merge (归并): from made_at to ended_at the records of one subject are read with those of another.
create table merge (
    id bigint not null primary key,
    subject_id bigint not null,
    into_id bigint not null,
    pair_id bigint not null,
    made_by text not null,
    made_at text not null,
    ended_by text,
    ended_at text,
    end_reason text
);
create unique index merge_standing on merge (subject_id) where ended_at is null;
create index merge_into on merge (into_id);

-- Which subject one stands in, and since when: what merges come to, for statements to join.
create table merge_member (
    subject_id bigint not null,
    from_at text not null,
    into_id bigint not null,
    until_at text,
    primary key (subject_id, from_at)
);
create index merge_member_into on merge_member (into_id);
create unique index merge_member_standing on merge_member (subject_id) where until_at is null;

-- Places of the change feed at which a merge, or its end, moved a record.
create table merge_change (
    feed_at bigint not null primary key,
    merge_id bigint not null,
    subject_id bigint not null,
    record_id bigint not null,
    at text not null
);
create index merge_change_by_merge on merge_change (merge_id);
create index merge_change_by_instant on merge_change (at);

-- Whoever was told of the wrong subject, and whether they were told that it was wrong.
create table merge_notice (
    merge_id bigint not null,
    seq bigint not null,
    recipient text not null,
    what text not null,
    sent_by text,
    sent_at text,
    primary key (merge_id, seq)
);
