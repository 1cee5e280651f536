"""The lake: fed with changes of organisations that do not exist, scored, and DuckDB over the very files.

Ours is `crates/registry/examples/lake_speed`. Both score everybody under one card, keep the records behind every point and write
Parquet of one compression; their totals, grades and reasons have to be equal, row by row. DuckDB is told its files: the reading of
the tables' logs is in neither time.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

from duel import ROOT, RUNS, WORK, judged, median, note, table

SUBJECTS = int(os.environ.get("BENCH_LAKE_SUBJECTS", 1_000_000))
RECORDS = int(os.environ.get("BENCH_LAKE_RECORDS", 10_000_000))
FULL = os.environ.get("BENCH_LAKE_FULL") == "1"
POLICY = os.environ.get("XINHENG_POLICY", str(ROOT / "policy"))
CORES = os.cpu_count()
# What the card counts, beside the subjects.
ITEMS = [
    "registration", "abnormal", "licence", "penalty", "inspection", "serious_breach", "judgment_debtor", "contract_performance",
    "tax_rating", "honour", "commitment_fulfilment",
]
POINTS = 1_000
# A larger lake is tidied so often while it is fed: without it, what every fold leaves behind would stand on the disk until the end.
TIDIED_FROM, BATCHES = 20_000_000, 20
# Goals.
CHANGES, RATIO, PEAK_MB, GOAL_AT = 300_000, 1.2, 4096, 50_000_000
PAPER = 400_000_000


def binary():
    """The example, built unless XINHENG_LAKE names one."""
    if path := os.environ.get("XINHENG_LAKE"):
        return path
    subprocess.run(["cargo", "build", "--release", "--locked", "-q", "--workspace", "--example", "lake_speed"], cwd=ROOT, check=True)
    return f"{os.environ['CARGO_TARGET_DIR']}/release/examples/lake_speed"


def ours(command, folder, *arguments):
    """The last line that the example prints."""
    note(f"{command} {folder.name} {' '.join(map(str, arguments))}")
    given = [BINARY, POLICY, command, str(folder), *map(str, arguments)]
    done = subprocess.run(given, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"lake_speed {command} ended with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def files(folder, name):
    """The files of a table's last version: its log, read from the beginning."""
    held = set()
    for commit in sorted((folder / name / "_delta_log").glob("*.json")):
        for line in commit.read_text(encoding="utf-8").splitlines():
            action = json.loads(line)
            if added := action.get("add"):
                held.add(urllib.parse.unquote(added["path"]))
            elif removed := action.get("remove"):
                held.discard(urllib.parse.unquote(removed["path"]))
    return sorted(str(folder / name / path) for path in held)


def view(database, folder, name):
    listed = ", ".join(f"'{path}'" for path in files(folder, name))
    if not listed:
        raise SystemExit(f"no records of {name} were made: BENCH_LAKE_RECORDS is too small")
    database.execute(f"create view {name} as select * from read_parquet([{listed}])")


def connected():
    import duckdb

    database = duckdb.connect(config={"threads": CORES, "temp_directory": str(WORK)})
    database.execute("set preserve_insertion_order = false")
    return database


def duckdb_scores(folder, out):
    """In a process of its own: its peak of memory is its own too."""
    database = connected()
    for name in ["subject", *ITEMS]:
        view(database, folder, name)
    statements = (ROOT / "bench" / "lake.sql").read_text(encoding="utf-8").replace("$out", str(out))
    began = time.perf_counter()
    database.execute(statements)
    took = time.perf_counter() - began
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    print(json.dumps({"seconds": took, "peak_mb": peak / 1024}))


def peer(folder, out):
    note(f"DuckDB {folder.name}")
    given = [sys.executable, __file__, "duckdb", str(folder), str(out)]
    done = subprocess.run(given, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"DuckDB ended with {done.returncode}")
    return json.loads(done.stdout)


def compare(folder, out):
    """Ends the run where the two differ in anything."""
    database = connected()
    view(database, folder, "score")
    sorted_points = """list_transform(points, lambda point: {indicator: point.indicator, value: point.value::bigint,
        points: point.points::bigint, records: list_sort(point.records)})"""
    database.execute(f"""create view one as select subject, total::bigint as total, grade, {sorted_points} as points from score""")
    database.execute(f"""create view other as select subject, total::bigint as total, grade, {sorted_points} as points
        from read_parquet('{out}')""")
    differing = """from one full join other using (subject) where one.total is distinct from other.total
        or one.grade is distinct from other.grade or one.points is distinct from other.points"""
    scored, points = database.execute("select count(*), sum(len(points)) from one").fetchone()
    [count] = database.execute(f"select count(*) {differing}").fetchone()
    if count or not scored:
        shown = database.execute(f"select subject, one, other {differing} limit 5").fetchall()
        lines = "\n".join(f"subject {subject}\n  ours   {one}\n  DuckDB {other}" for subject, one, other in shown)
        raise SystemExit(f"{count:,} of {scored:,} scores differ between ours and DuckDB:\n{lines}")
    print(f"{scored:,} scores with {points:,} points: totals, grades and reasons of both are equal, row by row.", flush=True)


def folder_of(records):
    return WORK / f"lake-{records}"


def fed(records, subjects):
    """A lake filled, tidied and scored once; what each step took."""
    folder = folder_of(records)
    shutil.rmtree(folder, ignore_errors=True)
    every = [BATCHES] if TIDIED_FROM < records else []
    filled = ours("fill", folder, subjects, records, *every)
    tidied = ours("tidy", folder)
    scored = ours("score", folder)
    if scored["position"] != records:
        raise SystemExit(f"the feed is read up to {scored['position']}, not {records}")
    return {"records": records, "subjects": subjects, "fill": filled, "tidy": tidied, "score": scored}


def duel(step):
    """Ours and DuckDB in turn over the same files."""
    folder, out = folder_of(step["records"]), WORK / "lake-duckdb.parquet"
    runs = {"ours": [], "duckdb": []}
    for _ in range(max(RUNS, 3)):
        runs["ours"].append(ours("score", folder))
        runs["duckdb"].append(peer(folder, out))
    compare(folder, out)
    took = {who: median(run["seconds"] for run in them) for who, them in runs.items()}
    peak = {who: max(run["peak_mb"] for run in them) for who, them in runs.items()}
    each = {who: ", ".join(f"{run['seconds']:.2f}" for run in them) for who, them in runs.items()}
    ratio = took["ours"] / took["duckdb"]
    import duckdb

    table(["comprehensive@1 over the same files", "s, median", "s, each", "peak MB"], [
        ["xinheng", f"{took['ours']:.2f}", each["ours"], f"{peak['ours']:.0f}"],
        [f"DuckDB {duckdb.__version__}, SQL by hand", f"{took['duckdb']:.2f}", each["duckdb"], f"{peak['duckdb']:.0f}"],
    ])
    print(f"{step['subjects']:,} organisations, {step['records']:,} records, {CORES} cores for each: {ratio:.2f}× DuckDB's time "
          f"(goal at most {RATIO}×: {judged(ratio <= RATIO)}).", flush=True)
    out.unlink()


def explained(step):
    """Points followed back to their records and to what the card rests on."""
    told = ours("explain", folder_of(step["records"]), POINTS)
    print(f"{told['resolved']:,} of {told['points']:,} points lead to each of their records ({told['records_found']:,} of "
          f"{told['records']:,}) and to an instrument, {told['with_article']:,} of them to its article (goal: every point: "
          f"{judged(told['resolved'] == told['points'])}).", flush=True)


def grown(steps):
    """What more records cost, and what that makes of a province on paper."""
    rows, verdicts = [], []
    for step in steps:
        filled, scored = step["fill"], step["score"]
        speed, peak = filled["changes_per_second"], max(filled["peak_mb"], scored["peak_mb"])
        rows.append([
            f"{step['records']:,}", f"{step['subjects']:,}", f"{filled['seconds']:.1f}", f"{speed:,.0f}", f"{filled['peak_mb']:.0f}",
            f"{sum(step['tidy']['bytes'].values()) / 1e9:.2f}", f"{step['tidy']['seconds'] + filled['tidying']:.1f}",
            f"{scored['opened']:.2f}", f"{scored['seconds']:.2f}", f"{scored['peak_mb']:.0f}",
        ])
        goal = f": {judged(peak < PEAK_MB)}" if GOAL_AT <= step["records"] else f" at {GOAL_AT:,}"
        verdicts.append(f"{step['records']:,} records: {speed:,.0f} changes/s (goal {CHANGES:,}: {judged(CHANGES <= speed)}), "
                        f"peak {peak / 1024:.2f} GiB (goal under 4 GiB{goal}).")
    table(["records", "organisations", "sync s", "changes/s", "sync peak MB", "GB, tidied", "tidying s", "opened in s", "score s",
           "score peak MB"], rows)
    print("\n".join(verdicts), flush=True)
    if 1 < len(steps):
        on_paper(*steps[-2:])


def on_paper(small, large):
    """What the two largest lakes make of a province, as powers of the number of records; time and size at least in proportion."""
    def drawn_on(figure, least):
        power = math.log(figure(large) / figure(small)) / math.log(large["records"] / small["records"])
        return power, figure(large) * (PAPER / large["records"]) ** max(power, least)
    sync_power, sync = drawn_on(lambda step: step["fill"]["seconds"], 1)
    score_power, score = drawn_on(lambda step: step["score"]["seconds"], 1)
    _, peak = drawn_on(lambda step: max(step["fill"]["peak_mb"], step["score"]["peak_mb"]), 0)
    _, size = drawn_on(lambda step: sum(step["tidy"]["bytes"].values()), 1)
    print(f"From {small['records']:,} to {large['records']:,} records time grows with the {sync_power:.2f}th power of their number in "
          f"the sync and with the {score_power:.2f}th in the score (1 is in proportion). On paper {PAPER:,} records would be read in "
          f"{sync / 3600:.1f} h and scored in {score / 60:.1f} min on {CORES} cores, with {peak / 1024:.1f} GiB at the peak and "
          f"{size / 1e9:.0f} GB of files. Measured it is not.", flush=True)


def per_table(step):
    heaviest = sorted(step["tidy"]["bytes"].items(), key=lambda pair: -pair[1])
    table(["table", "MB, tidied", "bytes a row"], [
        [name, f"{size / 1e6:,.0f}", f"{size / step['fill']['rows'][name]:.0f}"] for name, size in heaviest if step["fill"]["rows"].get(name)
    ])


def main():
    sizes = {RECORDS // 10: SUBJECTS // 10, RECORDS: SUBJECTS}
    if FULL:
        sizes[GOAL_AT] = GOAL_AT // 10
    steps = []
    for records, subjects in sizes.items():
        step = fed(records, subjects)
        steps.append(step)
        if records == RECORDS:
            per_table(step)
            explained(step)
            duel(step)
        shutil.rmtree(folder_of(records))
    grown(steps)


if sys.argv[1:2] == ["duckdb"]:
    duckdb_scores(*map(Path, sys.argv[2:]))
else:
    BINARY = binary()
    main()
