-- What goes with a decision (两书同达): that it is published, until when, and how it is repaired; and its service.
insert into counter (name, next) values ('repair_notice', 1);

create table repair_notice (
    record_id bigint not null primary key,
    subject_id bigint not null,
    number text not null unique,
    digest text not null,
    content bytea not null,
    made_by text not null,
    made_at text not null,
    served_on text,
    served_how text,
    served_by text,
    served_at text
);
