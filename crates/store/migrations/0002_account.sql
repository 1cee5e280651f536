-- Accounts, the organisations they act for, and sessions.

insert into counter (name, next) values
    ('account', 1), ('organisation', 1), ('key', 1), ('consent', 1), ('matter', 1), ('claim', 1);

-- code: the department of the place, the unified code of a company, or a short word.
create table organisation (
    id bigint not null primary key,
    kind text not null,
    code text not null,
    name text not null,
    department text,
    subject_id bigint,
    created_at text not null,
    closed_at text,
    unique (kind, code)
);
create unique index organisation_by_subject on organisation (subject_id) where subject_id is not null;

-- password is a PHC string of argon2id; totp is sealed. totp_step is the last step used: no code
-- works twice. subject_id is the natural person whose account it is, where that was confirmed.
create table account (
    id bigint not null primary key,
    login text not null unique,
    name text not null,
    password text,
    password_changed_at text,
    must_change boolean not null,
    totp text,
    totp_step bigint not null,
    failed bigint not null,
    locked_until text,
    one_session boolean not null,
    subject_id bigint,
    created_at text not null,
    closed_at text
);

create table membership (
    account_id bigint not null,
    organisation_id bigint not null,
    role text not null,
    granted_by text not null,
    granted_at text not null,
    primary key (account_id, organisation_id, role)
);
create index membership_by_organisation on membership (organisation_id);

create table recovery_code (
    account_id bigint not null,
    digest text not null,
    used_at text,
    primary key (account_id, digest)
);

-- Who is known at a provider of identities by which name.
create table outside_identity (
    issuer text not null,
    outside_subject text not null,
    account_id bigint not null,
    linked_at text not null,
    primary key (issuer, outside_subject)
);

-- token is the digest of what the browser holds. second_factor: both factors were shown.
create table session (
    token text not null primary key,
    account_id bigint not null,
    organisation_id bigint,
    second_factor boolean not null,
    created_at text not null,
    seen_at text not null,
    address text not null,
    agent text not null
);
create index session_by_account on session (account_id);

-- Sign-ins that failed, per address and per name tried, for back-off; both as keyed hashes.
create table sign_in_attempt (
    scope text not null,
    who text not null,
    failed bigint not null,
    last_at text not null,
    primary key (scope, who)
);
