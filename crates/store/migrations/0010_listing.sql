-- A case about an entry in a list has no record (0) until it is published: one case of a kind is open for a record.
drop index case_open;
create unique index case_open on credit_case (record_id, kind) where closed_at is null and record_id <> 0;
