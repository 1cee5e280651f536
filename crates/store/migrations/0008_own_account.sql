-- Accounts people opened themselves: they act for companies and for themselves, never at the console.

create table own_account (
    account_id bigint not null primary key,
    opened_at text not null
);
