-- The register. Plain SQL in the subset SQLite and PostgreSQL share: ids as bigint, dates and
-- times as ISO text, payload as JSON text. Every large table leads its key with the subject.

create table counter (
    name text not null primary key,
    next bigint not null
);
insert into counter (name, next) values
    ('subject', 1), ('submission', 1), ('report', 1), ('feed', 1), ('audit', 1), ('job', 1);

-- Versions of the law under which something was checked or decided.
create table policy_version (
    version text not null primary key,
    first_used_at text not null
);

create table subject (
    id bigint not null primary key,
    kind text not null
);

create table identifier (
    scheme text not null,
    value text not null,
    subject_id bigint not null,
    primary key (scheme, value)
);
create index identifier_by_subject on identifier (subject_id);

-- Names met in deliveries, in the form in which names are compared; intake alone reads them. A name
-- counts once the submission that brought it is accepted.
create table subject_name (
    subject_id bigint not null,
    norm text not null,
    submission_id bigint not null,
    name text not null,
    primary key (subject_id, norm, submission_id)
);
create index subject_name_by_submission on subject_name (submission_id);

-- A code that fails its check digit and that somebody has answered for.
create table code_override (
    scheme text not null,
    value text not null,
    reason text not null,
    actor text not null,
    decided_at text not null,
    primary key (scheme, value)
);

-- The sealing keys this register was written under, by what a fixed word hashes to: another key
-- file would make known persons new ones.
create table seal_key (
    id text not null primary key,
    check_value text not null
);

-- One delivery. Its rows are seen by readers from the moment accepted_at is set, and not before.
create table submission (
    id bigint not null primary key,
    receipt text not null unique,
    item text not null,
    department text not null,
    pack text,
    mode text not null,
    file_name text not null,
    file_digest text not null,
    -- What the public is told is the digest of salt and file digest: a digest alone would let few
    -- unknown cells of the file be guessed.
    file_salt text not null,
    file_bytes bigint not null,
    heading text not null,
    policy_version text not null,
    actor text not null,
    state text not null,
    received_at text not null,
    accepted_at text,
    feed_first bigint,
    feed_count bigint not null,
    row_count bigint not null,
    created bigint not null,
    changed bigint not null,
    unchanged bigint not null,
    withdrawn bigint not null,
    rejected bigint not null,
    warned bigint not null
);
create index submission_by_feed on submission (feed_first) where feed_count > 0;
create index submission_by_acceptance on submission (accepted_at);
create index submission_by_state on submission (state);
create index submission_by_department on submission (department, item);

-- decided_on is '' where the document bears no date, so that lists by date hold those too.
create table record_version (
    subject_id bigint not null,
    item text not null,
    key bytea not null,
    submission_id bigint not null,
    ordinal bigint not null,
    record_id bigint not null,
    row_no bigint not null,
    decided_on text not null,
    effective_from text,
    effective_until text,
    withdrawn boolean not null,
    overridden boolean not null,
    subject_name text not null,
    payload text not null,
    digest bytea not null,
    primary key (subject_id, item, key, submission_id)
);
create index record_by_submission on record_version (submission_id, ordinal);
create index record_by_date on record_version (item, decided_on, subject_id);

create table fault (
    submission_id bigint not null,
    row_no bigint not null,
    seq bigint not null,
    column_name text not null,
    rule text not null,
    level text not null,
    detail text not null,
    raw text not null,
    primary key (submission_id, row_no, seq)
);

-- Rows sent back, as written; sealed where the item holds identity numbers of persons.
create table rejected_row (
    submission_id bigint not null,
    row_no bigint not null,
    cells text not null,
    primary key (submission_id, row_no)
);

create table report (
    number text not null primary key,
    verification_code text not null unique,
    subject_id bigint not null,
    state text not null,
    issued_at text not null,
    policy_version text not null,
    data text not null,
    data_digest text not null,
    document_digest text not null,
    document bytea not null
);
create index report_by_subject on report (subject_id, issued_at);

create table api_key (
    digest text not null primary key,
    department text not null,
    label text not null,
    created_at text not null,
    revoked_at text
);
create unique index api_key_in_force on api_key (department, label) where revoked_at is null;

create table audit_event (
    seq bigint not null primary key,
    at text not null,
    actor text not null,
    event text not null,
    object text not null,
    detail text not null
);

create table job (
    id bigint not null primary key,
    kind text not null,
    payload text not null,
    run_at text not null,
    state text not null,
    attempts bigint not null,
    last_error text not null
);
create index job_by_state on job (state, run_at);

-- What the home page says of a day; recomputed, never the truth.
create table day_figure (
    day text not null,
    item text not null,
    began bigint not null,
    ended bigint not null,
    published bigint not null,
    computed_at text not null,
    primary key (day, item)
);
