-- The card comprehensive@1 by hand, for DuckDB: one pass over each table, the counts joined to the subjects, bands and
-- grades as CASE. A subject keeps its total, its grade and, of each indicator, value, points and the records behind them.
-- Views of the lake's tables are there when this runs; $out stands for the file that is written.

create or replace macro as_of() as date '2026-11-01';
create or replace macro months_ago(months) as (as_of() - to_months(months))::date;

-- Records that count at all on the day: of organisations, neither taken back nor behind their end nor in any state.
create or replace macro standing(name) as table
select *
from query_table(name)
where subject_kind = 'organisation'
    and not withdrawn
    and (decided_on is null or decided_on <= as_of())
    and (counts_until is null or counts_until >= as_of())
    and (annulled_on is null or annulled_on > as_of())
    and (repaired_on is null or repaired_on > as_of())
    and (shielded_on is null or shielded_on > as_of())
    and (unanswered_on is null or unanswered_on > as_of())
    and (disputed_on is null or disputed_on > as_of());

copy (
    with
    registration_of as (
        select
            subject,
            max((as_of() - established_on) // 365)
                filter (where status in ('active', '1') and established_on is not null) as age,
            list(record) filter (where status in ('active', '1') and established_on is not null) as age_records,
            count(*) filter (where status in ('2', '7', '9')) as status,
            list(record) filter (where status in ('2', '7', '9')) as status_records
        from standing('registration')
        where status in ('active', '1', '2', '7', '9')
        group by subject
    ),
    abnormal_of as (
        select subject, count(*) as abnormal, list(record) as abnormal_records
        from standing('abnormal')
        where removed_on is null or removed_on > as_of()
        group by subject
    ),
    licence_of as (
        select subject, count(*) as licences, list(record) as licences_records
        from standing('licence')
        where (effective_from is null or effective_from <= as_of())
            and (effective_until is null or as_of() <= effective_until)
            and (status is null or status = '1')
        group by subject
    ),
    penalty_of as (
        select
            subject,
            count(*) as penalties,
            list(record) as penalties_records,
            count(*) filter (where list_has_any(penalty_kinds, ['8', '10', '11'])) as heavy,
            list(record) filter (where list_has_any(penalty_kinds, ['8', '10', '11'])) as heavy_records,
            sum(fine) filter (where fine > 0) as fines,
            list(record) filter (where fine > 0) as fines_records
        from standing('penalty')
        where decided_on > months_ago(36)
        group by subject
    ),
    inspection_of as (
        select
            subject,
            count(*) filter (where result <> '1') as inspections,
            list(record) filter (where result <> '1') as inspections_records,
            count(*) filter (where result = '1') as clean,
            list(record) filter (where result = '1') as clean_records
        from standing('inspection')
        where decided_on > months_ago(24) and result in ('1', '2', '3', '4', '5', '6', '7')
        group by subject
    ),
    serious_breach_of as (
        select subject, count(*) as serious_breach, list(record) as serious_breach_records
        from standing('serious_breach')
        where removed_on is null or removed_on > as_of()
        group by subject
    ),
    judgment_debtor_of as (
        select subject, count(*) as judgment_debtor, list(record) as judgment_debtor_records
        from standing('judgment_debtor')
        where (removed_on is null or removed_on > as_of()) and state <> 'fulfilled'
        group by subject
    ),
    contract_of as (
        select subject, count(*) as contracts, list(record) as contracts_records
        from standing('contract_performance')
        where decided_on > months_ago(36) and result in ('breached', 'partly')
        group by subject
    ),
    tax_of as (
        select subject, count(*) as tax_a, list(record) as tax_a_records
        from standing('tax_rating')
        where rating = 'A' and decided_on > months_ago(24)
        group by subject
    ),
    honour_of as (
        select subject, count(*) as honours, list(record) as honours_records
        from standing('honour')
        where effective_until is null or effective_until >= as_of()
        group by subject
    ),
    commitment_of as (
        select
            subject,
            count(*) filter (where state = 'fulfilled') as kept,
            list(record) filter (where state = 'fulfilled') as kept_records,
            count(*) filter (where state <> 'fulfilled') as broken,
            list(record) filter (where state <> 'fulfilled') as broken_records
        from standing('commitment_fulfilment')
        where state in ('fulfilled', 'breached', 'partly') and decided_on > months_ago(36)
        group by subject
    ),
    -- A count of which there are no records is 0 or nothing: no branch takes it.
    banded as (
        select
            *,
            case when age >= 10 then 20 when age >= 3 then 10 else 0 end as age_points,
            case when status > 0 then -30 else 0 end as status_points,
            case when abnormal >= 2 then -50 when abnormal > 0 then -30 else 0 end as abnormal_points,
            case when licences >= 3 then 10 when licences > 0 then 5 else 0 end as licences_points,
            case
                when penalties >= 8 then -70
                when penalties >= 4 then -45
                when penalties >= 2 then -25
                when penalties > 0 then -10
                else 0
            end as penalties_points,
            case when heavy >= 2 then -50 when heavy > 0 then -25 else 0 end as heavy_points,
            case when fines >= 10000000 then -20 when fines >= 1000000 then -8 when fines > 0 then -2 else 0 end
                as fines_points,
            case when inspections >= 6 then -20 when inspections >= 3 then -12 when inspections > 0 then -4 else 0 end
                as inspections_points,
            case when clean >= 3 then 5 when clean > 0 then 2 else 0 end as clean_points,
            case when serious_breach > 0 then -100 else 0 end as serious_breach_points,
            case when judgment_debtor > 0 then -60 else 0 end as judgment_debtor_points,
            case when contracts >= 2 then -40 when contracts > 0 then -20 else 0 end as contracts_points,
            case when tax_a >= 2 then 25 when tax_a > 0 then 15 else 0 end as tax_a_points,
            case when honours >= 3 then 20 when honours > 0 then 10 else 0 end as honours_points,
            case when kept >= 3 then 30 when kept > 0 then 15 else 0 end as kept_points,
            case when broken >= 2 then -60 when broken > 0 then -30 else 0 end as broken_points
        from (select subject from subject where kind = 'organisation' and not ended)
        left join registration_of using (subject)
        left join abnormal_of using (subject)
        left join licence_of using (subject)
        left join penalty_of using (subject)
        left join inspection_of using (subject)
        left join serious_breach_of using (subject)
        left join judgment_debtor_of using (subject)
        left join contract_of using (subject)
        left join tax_of using (subject)
        left join honour_of using (subject)
        left join commitment_of using (subject)
    ),
    totalled as (
        select
            *,
            (
                150 * least(greatest(70 + age_points + status_points + abnormal_points + licences_points, 0), 100)
                + 350 * least(greatest(
                    95 + penalties_points + heavy_points + fines_points + inspections_points + clean_points, 0), 100)
                + 250 * least(greatest(
                    100 + serious_breach_points + judgment_debtor_points + contracts_points, 0), 100)
                + 150 * least(greatest(60 + tax_a_points + honours_points, 0), 100)
                + 100 * least(greatest(70 + kept_points + broken_points, 0), 100)
                + 50
            ) // 100 as total
        from banded
    )
    select
        subject,
        total,
        case
            when total < 500 or serious_breach > 0 or judgment_debtor > 0 then 'D'
            when total < 700 or status > 0 or abnormal >= 2 or penalties >= 8 or heavy >= 2 then 'C'
            when total < 850 or abnormal > 0 or heavy > 0 then 'B'
            else 'A'
        end as grade,
        list_filter([
            {indicator: 'age', value: age::bigint, points: age_points, records: age_records},
            {indicator: 'status', value: status, points: status_points, records: status_records},
            {indicator: 'abnormal', value: abnormal, points: abnormal_points, records: abnormal_records},
            {indicator: 'licences', value: licences, points: licences_points, records: licences_records},
            {indicator: 'penalties', value: penalties, points: penalties_points, records: penalties_records},
            {indicator: 'heavy_penalties', value: heavy, points: heavy_points, records: heavy_records},
            {indicator: 'fines', value: fines::bigint, points: fines_points, records: fines_records},
            {indicator: 'inspections', value: inspections, points: inspections_points, records: inspections_records},
            {indicator: 'clean_inspections', value: clean, points: clean_points, records: clean_records},
            {indicator: 'serious_breach', value: serious_breach, points: serious_breach_points,
                records: serious_breach_records},
            {indicator: 'judgment_debtor', value: judgment_debtor, points: judgment_debtor_points,
                records: judgment_debtor_records},
            {indicator: 'contracts', value: contracts, points: contracts_points, records: contracts_records},
            {indicator: 'tax_a', value: tax_a, points: tax_a_points, records: tax_a_records},
            {indicator: 'honours', value: honours, points: honours_points, records: honours_records},
            {indicator: 'kept', value: kept, points: kept_points, records: kept_records},
            {indicator: 'broken', value: broken, points: broken_points, records: broken_records}
        ], lambda point: point.records is not null) as points
    from totalled
) to '$out' (format parquet, compression zstd, compression_level 1, row_group_size 131072);
