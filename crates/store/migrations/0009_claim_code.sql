-- The code a claim for a company gave, whether a subject here has it or not.
alter table claim add column code text not null default '';
