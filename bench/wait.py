"""The longest wait of another writer while a large file goes in, while a killed load is cleared away,
and while records are taken back. One small write each 20 ms, in the way the platform writes: on
SQLite it takes its place and then the pen, as crates/store/src/turn.rs says.
"""

import fcntl
import itertools
import signal
import sqlite3
import subprocess
import time

from duel import ROWS, WORK, Home, engines, judged, penalties, percentile, table

# Changes nothing, and writes nevertheless, in the row for which acceptances queue.
WRITE = "update counter set next = next where name = 'feed'"


class SqliteWriter:
    def __init__(self, home):
        self.next = open(home.folder / "register.next", "a")
        self.pen = open(home.folder / "register.pen", "a")
        self.connection = sqlite3.connect(home.database, isolation_level=None, timeout=10)
        self.connection.execute("pragma synchronous = full")

    def write(self):
        fcntl.flock(self.next, fcntl.LOCK_EX)
        fcntl.flock(self.pen, fcntl.LOCK_EX)
        fcntl.flock(self.next, fcntl.LOCK_UN)
        for statement in ("begin immediate", WRITE, "commit"):
            self.connection.execute(statement)
        fcntl.flock(self.pen, fcntl.LOCK_UN)

    def close(self):
        self.connection.close()


class PostgresqlWriter:
    def __init__(self, home):
        import psycopg

        self.connection = psycopg.connect(home.url, autocommit=True)

    def write(self):
        self.connection.execute(WRITE)

    def close(self):
        self.connection.close()


def waits(writer, child, seconds=None):
    """Milliseconds of each small write as long as the child runs, or so many seconds."""
    times, began = [], time.perf_counter()
    while child.poll() is None and (seconds is None or time.perf_counter() - began < seconds):
        start = time.perf_counter()
        writer.write()
        times.append((time.perf_counter() - start) * 1000)
        time.sleep(0.02)
    return times, time.perf_counter() - began


def measure(engine):
    home, rows = Home(engine), []
    home.run("migrate")
    whole = penalties(ROWS)
    third = WORK / f"third-{ROWS}.csv"
    with open(whole, encoding="utf-8") as source, open(third, "w", encoding="utf-8") as target:
        target.writelines(itertools.islice(source, ROWS * 2 // 3 + 1))
    writer = SqliteWriter(home) if engine == "sqlite" else PostgresqlWriter(home)
    given = ["import", "--json", "--item", "penalty", "--department", "scjg"]
    quiet = {"stdout": subprocess.DEVNULL}

    def phase(name, child, seconds=None):
        times, took = waits(writer, child, seconds)
        rows.append([engine, name, f"{took:.1f}", len(times), f"{percentile(times, 0.5):.1f}",
                     f"{percentile(times, 0.99):.1f}", f"{max(times):.0f}"])
        return took

    took = phase(f"import of {ROWS:,} rows", home.start(*given, str(whole), **quiet))
    again = home.start(*given, str(third), "--mode", "full", "--confirm", **quiet)
    phase(f"taking back {ROWS - ROWS * 2 // 3:,} records", again)
    other = Home(engine)
    other.run("migrate")
    writer.close()
    writer = SqliteWriter(other) if engine == "sqlite" else PostgresqlWriter(other)
    killed = other.start(*given, str(whole), **quiet)
    phase("import that is killed", killed, took * 0.6)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    phase("clearing it and importing", other.start(*given, str(whole), **quiet))
    writer.close()
    table(["engine", "beside", "s", "writes", "p50 ms", "p99 ms", "longest ms"], rows)
    longest = max(int(row[-1]) for row in rows)
    print(f"Goal: nobody waits longer than 200 ms: {judged(longest <= 200)}.\n", flush=True)


for each in engines():
    measure(each)
