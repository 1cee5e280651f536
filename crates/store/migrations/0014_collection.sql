-- Looking after what is collected: statements that there was nothing, and where the history of a volume assertion begins.

-- A zero report (零报告): somebody's name under the statement that a period brought nothing.
create table zero_report (
    department text not null,
    item text not null,
    first_day text not null,
    stated_at text not null,
    last_day text not null,
    actor text not null,
    name text not null,
    withdrawn_at text,
    withdrawn_by text,
    primary key (department, item, first_day, stated_at)
);

-- Somebody looked at a delivery of unusual volume, found it right and said why: what follows is
-- compared with it and with what comes after it.
create table volume_baseline (
    department text not null,
    item text not null,
    mode text not null,
    submission_id bigint not null,
    reason text not null,
    actor text not null,
    decided_at text not null,
    primary key (department, item, mode, submission_id)
);

-- The receipt of the delivery whose rows sent back this one mends.
alter table submission add column mends text;
create index submission_by_mended on submission (mends);
create index submission_by_receipt_time on submission (received_at);
create index submission_by_file on submission (department, item, file_digest);
