-- Keys of systems: of any organisation, within scopes, quotas and addresses, until a day; with a
-- secret or a public key where requests are signed. A key from before has none of it, and hands in
-- for its department.

alter table api_key add column id bigint;
alter table api_key add column organisation_id bigint;
alter table api_key add column scopes text;
alter table api_key add column per_minute bigint;
alter table api_key add column per_day bigint;
alter table api_key add column addresses text;
alter table api_key add column expires_at text;
alter table api_key add column last_used_at text;
alter table api_key add column secret text;
alter table api_key add column public_key text;
alter table api_key add column signed_only bigint;

-- Nonces of signed requests, for as long as their time would be accepted.
create table key_nonce (
    digest text not null,
    nonce text not null,
    at text not null,
    primary key (digest, nonce)
);
