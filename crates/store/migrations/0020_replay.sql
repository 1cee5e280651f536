-- Replays (政策试算) of candidate cards over the whole population, and who adopted them. The movers are kept
-- beside the lake.
insert into counter (name, next) values ('replay', 1);

create table replay (
    id bigint not null primary key,
    live text not null,
    candidate text not null,
    -- Digest of the policy the candidate stands in: what was tried is what is adopted.
    policy_version text not null,
    as_of text not null,
    feed_position bigint not null,
    -- JSON, domain::replay::Summary.
    summary text not null,
    made_by text not null,
    made_at text not null,
    adopted_by text,
    adopted_at text,
    reason text
);
create index replay_by_candidate on replay (candidate, id);
