-- Joint action (联合奖惩): what an entry asked for in a matter, what was done, and its lifting.

alter table matter add column checked_at text;

-- outcome: what was told back. lifted_at: since when the entry asks for it no longer, where it was taken.
create table joint_measure (
    matter_id bigint not null,
    record_id bigint not null,
    measure text not null,
    organisation_id bigint not null,
    subject_id bigint not null,
    mandatory boolean not null,
    asked_at text not null,
    outcome text,
    reason text,
    document text,
    told_by text,
    told_at text,
    lifted_at text,
    lifted_why text,
    lift_told_by text,
    lift_told_at text,
    primary key (matter_id, record_id, measure)
);
create index joint_by_organisation on joint_measure (organisation_id, matter_id);
create index joint_by_record on joint_measure (record_id) where lifted_at is null;
