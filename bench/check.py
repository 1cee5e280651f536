"""Check of penalty rows: `xinheng import --dry-run` against `frictionless validate`.

The peer checks types, required cells, lengths, code lists and patterns of the same columns; it is
told nothing of cross-field rules, check digits and personal data, which ours checks too. It takes a
part of the file, because it needs minutes for the whole.
"""

import itertools
import logging
import os
import time
import tomllib

from duel import ROOT, ROWS, RUNS, WORK, Home, judged, median, own_cpu, penalties, table

PEER_ROWS = int(os.environ.get("BENCH_PEER_ROWS", 20_000))
USCC = "[0-9ABCDEFGHJKLMNPQRTUWXY]{18}"


def code_words(name):
    """Every word by which an entry of a code list may be written."""
    with open(ROOT / "policy" / "codes" / f"{name}.toml", "rb") as file:
        entries = tomllib.load(file)["entry"]
    return [w for e in entries for w in (e["code"], e["zh"], *e.get("aliases", []))]


def field_schema(heading, field):
    """The field of the catalogue in the terms of Table Schema."""
    kind = field["type"]
    schema = {"name": heading, "type": "string", "constraints": {}}
    constraints = schema["constraints"]
    if field.get("required"):
        constraints["required"] = True
    if kind == "text" and "max" in field:
        constraints["maxLength"] = field["max"]
    elif kind in ("date", "date_open"):
        schema |= {"type": "date", "format": "%Y-%m-%d"}
    elif kind == "money_wan":
        schema["type"] = "number"
        constraints["minimum"] = 0
    elif kind == "uscc":
        constraints["pattern"] = USCC
    elif kind.startswith("code:"):
        constraints["enum"] = code_words(kind.split(":")[1])
    elif kind.startswith("codes:"):
        words = "|".join(sorted(code_words(kind.split(":")[1]), key=len, reverse=True))
        constraints["pattern"] = f"({words})([;；、,]({words}))*"
    return schema


def peer(path):
    """Seconds on the clock and on the processor that the peer takes for the part."""
    from frictionless import Resource, Schema, system

    system.trusted = True
    logging.disable(logging.WARNING)
    with open(ROOT / "policy" / "catalogue" / "penalty.toml", "rb") as file:
        fields = {field["code"]: field for field in tomllib.load(file)["field"]}
    with open(path, encoding="utf-8") as file:
        headings = file.readline().rstrip("\n").split(",")
    schema = {"fields": [field_schema(h, fields[h]) for h in headings], "missingValues": [""]}
    walls, cpus = [], []
    for _ in range(RUNS):
        resource = Resource(path=str(path), schema=Schema.from_descriptor(schema), encoding="utf-8")
        began, cpu = time.perf_counter(), own_cpu()
        report = resource.validate()
        walls.append(time.perf_counter() - began)
        cpus.append(own_cpu() - cpu)
        if not report.valid:
            raise SystemExit(f"the peer finds faults in a clean file: {report.flatten()[:5]}")
    return median(walls), median(cpus)


def main():
    whole = penalties(ROWS)
    part = WORK / f"part-{PEER_ROWS}.csv"
    with open(whole, encoding="utf-8") as source, open(part, "w", encoding="utf-8") as target:
        target.writelines(itertools.islice(source, PEER_ROWS + 1))
    home = Home("sqlite")
    used = [home.take_in(whole, "--dry-run") for _ in range(RUNS)]
    wall, cpu = median(u.wall for u in used), median(u.cpu for u in used)
    peer_wall, peer_cpu = peer(part)
    rate, peer_rate = ROWS / wall, PEER_ROWS / peer_wall
    per_core, peer_per_core = ROWS / cpu, PEER_ROWS / peer_cpu
    megabytes = whole.stat().st_size / 1e6
    table(
        ["check", "rows", "s", "rows/s", "rows/s a core", "peak MB"],
        [
            ["xinheng import --dry-run", f"{ROWS:,}", f"{wall:.2f}", f"{rate:,.0f}", f"{per_core:,.0f}",
             f"{max(u.peak_mb for u in used):.0f}"],
            ["frictionless validate", f"{PEER_ROWS:,}", f"{peer_wall:.2f}", f"{peer_rate:,.0f}",
             f"{peer_per_core:,.0f}", ""],
        ],
    )
    print(f"File of {megabytes:.0f} MB, medians of {RUNS} runs.")
    ratio = rate / peer_rate
    print(f"Ratio {ratio:.0f}× (goal 30×: {judged(30 <= ratio)}); {per_core:,.0f} rows/s a core "
          f"(goal 500,000: {judged(500_000 <= per_core)}).")


main()
