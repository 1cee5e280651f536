"""A front-end library (前置库) of a million rows in PostgreSQL, pulled by cursor while it is written, through a
hundred kills: nothing may be missed, nothing taken twice."""

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time

from duel import BINARY, SERVER, Home, judged, table

ROWS = int(os.environ.get("BENCH_PULL_ROWS", "1000000"))
KILLS = int(os.environ.get("BENCH_PULL_KILLS", "100"))
WRITERS = 3


def library(statements):
    done = subprocess.run(
        ["psql", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", SERVER], input=statements, text=True, capture_output=True
    )
    if done.returncode:
        raise SystemExit(f"psql: {done.stderr}")
    return done.stdout.strip()


def fill(home):
    """A library of made-up water accounts, as many as asked for."""
    out = home.folder / "city"
    home.run("seed", "--subjects", "3000", "--seed", "7", "--as-of", "2026-11-20", "--plain", "--out", str(out))
    manifest = json.loads((out / "manifest.json").read_text())
    file = next(f for f in manifest["files"] if f["item"] == "utility_payment" and f["department"] == "shuiwujituan")
    with open(out / file["path"], encoding="utf-8-sig") as lines:
        heading, *rows = csv.reader(lines)
    columns = ", ".join(f'"{name}" text' for name in heading)
    library(f"create table base ({columns}); create table qzk (seq bigserial primary key, {columns}, by_writer text);")
    copy = home.folder / "base.csv"
    with open(copy, "w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows(rows)
    library(f"\\copy base from '{copy}' with (format csv)\n")
    times = -(-ROWS // len(rows))
    names = ", ".join(f'"{name}"' for name in heading)
    picked = ", ".join(f"\"{name}\" || '-' || g" if name == "GY_HH" else f'"{name}"' for name in heading)
    library(f"insert into qzk ({names}) select {picked} from base, generate_series(1, {times}) g limit {ROWS};")
    return names, picked


def writer(number, names, picked, stop, written):
    """Inserts in transactions that end in another order than they began."""
    done = 0
    chance = random.Random(number)
    while not stop.is_set():
        count = chance.randint(1, 30)
        account = f"w{number}-{done}"
        row = picked.replace("|| g", f"|| '{account}-' || n")
        library(
            f"begin; insert into qzk ({names}) select {row} from (select *, row_number() over () as n from base limit {count}) b;"
            f" select pg_sleep({chance.uniform(0, 1.5):.2f}); commit;"
        )
        done += 1
        written[number] += count


def open_channel(home):
    """The channel as the centre opens it at its desk."""
    register = sqlite3.connect(home.database)
    register.execute("insert into channel (id, department, item, mode, created_by, created_at) values (1, 'shuiwujituan', 'utility_payment', 'changes', 'bench', '2026-11-20T00:00:00.000000Z')")
    register.execute("insert into channel_pull (channel_id, library, relation, cursor_column, every_minutes, next_at, attempts, position) values (1, 'qzk', 'qzk', 'seq', 1, '2026-11-20T00:00:00.000000Z', 0, '{}')")
    register.execute("update counter set next = 2 where name = 'channel'")
    register.commit()
    register.close()


def hurry(home):
    """The lease of a killed worker runs out, and the next reading is due: what two minutes would bring."""
    register = sqlite3.connect(home.database, timeout=60)
    register.execute("update channel set busy_until = null")
    register.execute("update channel_pull set next_at = '2026-11-20T00:00:00.000000Z'")
    register.execute("update channel_run set next_at = '2026-11-20T00:00:00.000000Z' where state = 'taking'")
    register.commit()
    register.close()


def worker(home):
    return subprocess.Popen(
        [BINARY, "worker"],
        env={**home.environment(), "XINHENG_LIBRARIES": f"qzk={SERVER}", "XINHENG_LOG": "warn"},
        stdout=subprocess.DEVNULL,
        stderr=open(home.folder / "worker.log", "a"),
    )


def settled(home, runs):
    """Waits until a reading more is settled."""
    register = sqlite3.connect(f"file:{home.folder / 'register.db'}?mode=ro", uri=True, timeout=60)
    end = time.time() + 1200
    while time.time() < end:
        states = dict(register.execute("select state, count(*) from channel_run group by state").fetchall())
        if runs <= states.get("done", 0) and not states.get("taking"):
            return states
        if states.get("waiting") or states.get("refused"):
            detail = register.execute("select detail from channel_run where state in ('waiting', 'refused')").fetchone()
            raise SystemExit(f"a delivery was stopped: {detail}")
        time.sleep(0.5)
    raise SystemExit(f"not settled: {states}")


def held(home):
    register = sqlite3.connect(f"file:{home.folder / 'register.db'}?mode=ro", uri=True, timeout=60)
    where = "from record_version v join submission s on s.id = v.submission_id where v.item = 'utility_payment' and s.feed_first is not null"
    versions, records = register.execute(f"select count(*), count(distinct v.record_id) {where}").fetchone()
    runs = register.execute("select count(*) from channel_run where state = 'done'").fetchone()[0]
    return versions, records, runs


def main():
    if not SERVER:
        print("Without PostgreSQL there is no library to pull: this part is left out.")
        return
    home = Home("sqlite")
    names, picked = fill(home)
    home.run("verify")
    open_channel(home)
    began = time.time()
    process = worker(home)
    settled(home, 1)
    first = time.time() - began
    # A second reading, after the rest of the parameters, from which on only what is new is read.
    time.sleep(12)
    hurry(home)
    settled(home, 1)
    time.sleep(30)
    process.kill()
    process.wait()
    before = held(home)[2]
    stop, written = threading.Event(), [0] * WRITERS
    threads = [threading.Thread(target=writer, args=(n, names, picked, stop, written)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    chance = random.Random(7)
    for _ in range(KILLS):
        hurry(home)
        process = worker(home)
        time.sleep(chance.uniform(0.2, 3.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    stop.set()
    for thread in threads:
        thread.join()
    for _ in range(3):
        hurry(home)
        process = worker(home)
        time.sleep(12)
        process.terminate()
        process.wait()
    hurry(home)
    process = worker(home)
    time.sleep(8)
    settled(home, 1)
    process.terminate()
    process.wait()
    there = int(library("select count(*) from qzk"))
    versions, records, runs = held(home)
    home.run("verify")
    table(
        ["what", "rows"],
        [
            ["in the library at first", ROWS],
            [f"written by {WRITERS} writers during {KILLS} kills", sum(written)],
            ["in the library in the end", there],
            ["records in the register", records],
            ["versions of them", versions],
        ],
    )
    print(f"First reading of {ROWS} rows, checked and filed: {first:.0f} s. {runs - before} deliveries were settled between kills and after them.")
    wrong = abs(there - records) + abs(versions - records)
    print(f"Missed or taken twice: {wrong} (goal 0: {judged(wrong == 0)})")


if __name__ == "__main__":
    main()
