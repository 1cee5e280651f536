-- Whoever follows the change feed and says how far it carried it out (接收方回执).
create table feed_recipient (
    organisation_id bigint not null primary key,
    confirmed bigint not null,
    told_by text not null,
    told_at text not null
);
