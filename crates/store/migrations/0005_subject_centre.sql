-- What subjects grant, and who asks to act for them.

-- items: JSON list of catalogue items. digest: SM3 of the terms as granted.
create table consent (
    id bigint not null primary key,
    subject_id bigint not null,
    organisation_id bigint not null,
    purpose text not null,
    items text not null,
    from_at text not null,
    until_at text not null,
    single_use boolean not null,
    granted_by text not null,
    granted_at text not null,
    digest text not null,
    used_at text,
    revoked_at text
);
create index consent_by_subject on consent (subject_id, id);
create index consent_by_organisation on consent (organisation_id, id);

-- role: representative, agent, or person for oneself. subject_id: 0 where nobody was found.
create table claim (
    id bigint not null primary key,
    account_id bigint not null,
    subject_id bigint not null,
    role text not null,
    note text not null,
    state text not null,
    filed_at text not null,
    decided_by text,
    decided_at text,
    reason text
);
create index claim_by_account on claim (account_id, id);
create index claim_by_state on claim (state, id);
