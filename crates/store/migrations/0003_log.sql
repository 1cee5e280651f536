-- Audit events become leaves of a transparency log. subject_id: whose access log they stand in.
-- salt and commitment: SHA-256 of salt and event; an erased event keeps its commitment alone.

alter table audit_event add column subject_id bigint;
alter table audit_event add column salt text;
alter table audit_event add column commitment text;
create index audit_event_by_subject on audit_event (subject_id, seq) where subject_id is not null;
create index audit_event_by_event on audit_event (event, seq);
create index audit_event_by_actor on audit_event (actor, seq);

insert into counter (name, next) values ('log', 1);

-- Hashes of the tree, 256 to a full tile, one after another.
create table log_tile (
    level bigint not null,
    number bigint not null,
    data bytea not null,
    primary key (level, number)
);

-- Signed tree heads, each a note of C2SP.
create table log_checkpoint (
    size bigint not null primary key,
    note text not null,
    signed_at text not null
);
