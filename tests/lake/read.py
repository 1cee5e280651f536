"""Reads a lake with DuckDB and with Polars, and holds what they count against the register."""

import sqlite3
import sys
from pathlib import Path

import duckdb
import polars
from deltalake import DeltaTable

data = Path(sys.argv[1])
register = sqlite3.connect(data / "register.db")


def in_register(item):
    """Records of an item that stand: each once, in its newest version, none taken back."""
    rows = register.execute(
        """select v.record_id, v.withdrawn from record_version v join submission s on s.id = v.submission_id
           where v.item = ? and s.feed_first is not null order by s.feed_first""",
        (item,),
    )
    return sorted(record for record, withdrawn in dict(rows).items() if not withdrawn)


def in_duckdb(table):
    files = DeltaTable(table).file_uris()
    return duckdb.sql(f"select * from read_parquet({files})")


failed = 0


def expect(what, found, expected):
    global failed
    if found == expected:
        print(f"ok   {what}")
    else:
        failed += 1
        print(f"FAIL {what}: found {str(found)[:200]}, expected {str(expected)[:200]}")


for item in ("registration", "penalty"):
    table = data / "lake" / item
    expected = in_register(item)
    assert expected, f"the register holds no {item}"
    rows = in_duckdb(table)
    found = duckdb.sql("select record from rows where not withdrawn order by record").fetchall()
    expect(f"DuckDB reads every {item}", [record for (record,) in found], expected)
    frame = polars.read_delta(str(table)).filter(~polars.col("withdrawn")).sort("record")
    expect(f"Polars reads every {item}", frame["record"].to_list(), expected)
    sorted_ = duckdb.sql("select subject, record from rows").fetchall()
    expect(f"{item}: sorted by subject and record", sorted_, sorted(sorted_))

penalties = in_duckdb(data / "lake" / "penalty")
fines = duckdb.sql("select sum(fine), typeof(any_value(fine)) from penalties").fetchall()[0]
frame = polars.read_delta(str(data / "lake" / "penalty"))
expect("fines are whole fen in both", (frame["fine"].sum(), "BIGINT"), fines)
kinds = duckdb.sql("select typeof(any_value(penalty_kinds)) from penalties").fetchall()[0]
expect("several codes are a list", kinds, ("VARCHAR[]",))

scores = in_duckdb(data / "lake" / "score")
points = duckdb.sql(
    "select count(*), count(distinct subject), min(total), max(total) from scores where card = 'comprehensive@1'"
).fetchall()[0]
expect("one score a subject", points[0], points[1])
assert points[0] > 0 and 0 <= points[2] <= points[3] <= 1000, points
reasons = duckdb.sql(
    """select count(*) from (select unnest(points) as p from scores) s
       where not exists (select 1 from penalties x where list_contains(s.p.records, x.record))
         and s.p.indicator in ('penalties', 'heavy_penalties', 'fines')"""
).fetchall()[0]
expect("every point on a penalty names one that is there", reasons[0], 0)

sys.exit(1 if failed else 0)
