"""Check and store of penalty rows against the bare limit of each engine: COPY of the very rows we
stored into the same tables and indexes (PostgreSQL), and a prepared bulk insert in one transaction
(SQLite). The limit checks nothing, finds no subject and makes no digest. PostgreSQL waits for the
disk here as a server in service does (PG_DURABLE), though we commit once a chunk and COPY once.
"""

import sqlite3
import subprocess
import time

from duel import ROWS, RUNS, WORK, Home, engines, judged, median, note, penalties, psql, table

TABLES = ["submission", "subject", "identifier", "subject_name", "record_version"]
# Rows handed over at a time; fetching them is not timed.
CHUNK = 20_000


def dump(home):
    """Our rows as COPY writes them."""
    folder = WORK / "copy"
    folder.mkdir(exist_ok=True)
    for name in TABLES:
        psql(home.url, f"\\copy {name} to '{folder / name}'")
    return folder


def limit_postgresql(folder):
    home = Home("postgresql")
    home.run("migrate")
    copies = [w for name in TABLES for w in ("-c", f"\\copy {name} from '{folder / name}'")]
    command = ["psql", home.url, "-qX1", "-v", "ON_ERROR_STOP=1", *copies]
    began = time.perf_counter()
    subprocess.run(command, check=True)
    wall = time.perf_counter() - began
    home.remove()
    return wall


def open_limit(home):
    home.run("migrate")
    target = sqlite3.connect(home.database, isolation_level=None)
    for pragma in ("journal_mode = wal", "synchronous = normal", "cache_size = -64000",
                   "temp_store = memory"):
        target.execute(f"pragma {pragma}")
    return target


def limit_sqlite(source_path):
    """Prepared inserts, in the order in which we stored the rows."""
    home = Home("sqlite")
    target, source = open_limit(home), sqlite3.connect(source_path)
    spent = 0.0
    target.execute("begin immediate")
    for name in TABLES:
        rows = source.execute(f"select * from {name} order by rowid")
        statement = f"insert into {name} values ({', '.join('?' * len(rows.description))})"
        while part := rows.fetchmany(CHUNK):
            began = time.perf_counter()
            target.executemany(statement, part)
            spent += time.perf_counter() - began
    began = time.perf_counter()
    target.execute("commit")
    target.close()
    spent += time.perf_counter() - began
    home.remove()
    return spent


def limit_sqlite_inside(source_path):
    """The same rows from table to table within SQLite: no value is bound at all."""
    home = Home("sqlite")
    target = open_limit(home)
    target.execute("attach ? as source", (str(source_path),))
    began = time.perf_counter()
    target.execute("begin immediate")
    for name in TABLES:
        target.execute(f"insert into main.{name} select * from source.{name} order by rowid")
    target.execute("commit")
    target.execute("detach source")
    target.close()
    spent = time.perf_counter() - began
    home.remove()
    return spent


def duel(engine, path):
    ours, limits, inside, last = [], [], [], None
    for number in range(RUNS):
        if last:
            last.remove()
        last = Home(engine)
        last.run("migrate")
        ours.append(last.take_in(path))
        note(f"{engine}: run {number + 1}: ours {ours[-1].wall:.1f} s")
        if engine == "postgresql":
            limits.append(limit_postgresql(dump(last)))
        else:
            limits.append(limit_sqlite(last.database))
            inside.append(limit_sqlite_inside(last.database))
        note(f"{engine}: run {number + 1}: limit {limits[-1]:.1f} s")
    wall, limit = median(u.wall for u in ours), median(limits)
    name = "COPY" if engine == "postgresql" else "prepared bulk insert (sqlite3 of Python)"
    rows = [
        [f"xinheng import, {engine}", f"{wall:.2f}", f"{ROWS / wall:,.0f}",
         f"{max(u.peak_mb for u in ours):.0f}", f"{median(u.cpu for u in ours):.1f}"],
        [name, f"{limit:.2f}", f"{ROWS / limit:,.0f}", "", ""],
    ]
    if inside:
        rows.append(["insert … select within SQLite", f"{median(inside):.2f}",
                     f"{ROWS / median(inside):,.0f}", "", ""])
    table(["store", "s", "rows/s", "peak MB", "CPU s"], rows)
    peak = max(u.peak_mb for u in ours)
    within = f" ({median(inside) / wall:.2f} of insert … select)" if inside else ""
    print(f"{engine}: {limit / wall:.2f} of the limit{within} (goal 0.5: {judged(0.5 <= limit / wall)}); "
          f"medians of {RUNS} runs of {ROWS:,} rows; peak memory (goal 1,024 MB: "
          f"{judged(peak <= 1024)}).\n", flush=True)


for each in engines():
    duel(each, penalties(ROWS))
