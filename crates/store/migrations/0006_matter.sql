-- Matters for which an organisation may read a subject's file.

create table matter (
    id bigint not null primary key,
    kind text not null,
    number text not null,
    organisation_id bigint not null,
    subject_id bigint not null,
    opened_by text not null,
    opened_at text not null,
    until_at text not null,
    closed_at text,
    unique (organisation_id, number, subject_id)
);
create index matter_by_organisation on matter (organisation_id, opened_at);
