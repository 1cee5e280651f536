"""A plain synthetic city in a register, and the site that serves it."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from duel import BINARY, WORK, note, run


def files(subjects):
    """The departments' files, made once for each size and binary."""
    folder = WORK / f"city-{subjects}"
    manifest = folder / "manifest.json"
    if not manifest.exists() or manifest.stat().st_mtime < os.stat(BINARY).st_mtime:
        note(f"making a city of {subjects} subjects")
        given = ["--subjects", str(subjects), "--seed", "1", "--plain", "--out", str(folder)]
        run(["seed", "--json", *given], os.environ)
    return folder, json.loads(manifest.read_text())["files"]


def fill(home, subjects):
    """Takes the city in, as departments do, up to BENCH_RECORDS rows; says how many it took."""
    folder, deliveries = files(subjects)
    began, rows, most = time.perf_counter(), 0, int(os.environ.get("BENCH_RECORDS", 1 << 40))
    for place, file in enumerate(deliveries):
        if most <= rows:
            break
        more = ["--mode", "withdraw", "--confirm"] if file["withdraws"] else []
        if file["pack"]:
            more += ["--pack", file["pack"]]
        home.take_in(folder / file["path"], *more, item=file["item"], department=file["department"],
                     accept=(0, 3))
        rows += file["rows"]
        if sys.stderr.isatty():
            print(f"\rfile {place + 1} of {len(deliveries)}  ", end="", file=sys.stderr)
    seconds = time.perf_counter() - began
    note(f"{home.engine}: {rows} rows of {len(deliveries)} files in {seconds:.0f} s")
    return rows


def codes(subjects, most=5_000):
    """Codes of organisations, spread over the city."""
    folder, _ = files(subjects)
    with open(folder / "scjg-registration-history.csv", encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        found = [c for row in rows for c in row if len(c) == 18 and c[:2] in ("91", "92")]
    found = sorted(set(found))
    return found[:: max(1, len(found) // most)]


class Site:
    """`xinheng serve` on a free port, stopped at the end of the block."""

    def __init__(self, home):
        self.log = open(Path(home.folder) / "serve.log", "w")
        self.child = home.start("serve", "--listen", "127.0.0.1:0", stdout=subprocess.PIPE,
                                stderr=self.log, text=True)
        line = self.child.stdout.readline().strip()
        if not line.startswith("http://"):
            raise SystemExit(f"the site did not start: {line}; see {self.log.name}")
        self.host, port = line.removeprefix("http://").rsplit(":", 1)
        self.port = int(port)

    def memory(self):
        """Resident memory now and at its peak, in MB; the anonymous part of now."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        lines = dict(line.split(":", 1) for line in status.splitlines())
        return {key: int(lines[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM", "RssAnon")}

    def complain(self, statuses, expected):
        """Says so where an answer was another than expected, with the last words of the site."""
        if set(statuses) != {expected}:
            print(f"WRONG: answers by status {statuses}", flush=True)
            note("\n".join(Path(self.log.name).read_text().splitlines()[-5:]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()
        self.log.close()
