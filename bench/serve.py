"""A file page and a check call at a fixed rate of requests, at rest and while a file is imported.

The load is open: each request has its moment, and its time counts from that moment, whether or not
the ones before are answered. BENCH_SUBJECTS is the size of the city (about 25 records a subject);
BENCH_HOME names a data folder that is filled once and kept, for a city of 1,000,000 (SQLite).
"""

import asyncio
import json
import os
import subprocess
import time

from duel import ROWS, Home, engines, judged, penalties, percentile, table
from town import Site, codes, fill

SUBJECTS = int(os.environ.get("BENCH_SUBJECTS", 50_000))
RATE = int(os.environ.get("BENCH_RATE", 200))
SECONDS = int(os.environ.get("BENCH_SECONDS", 20))
CONNECTIONS = 64


def page(code):
    return f"GET /subjects/{code} HTTP/1.1\r\nhost: bench\r\n\r\n".encode()


def check(code):
    body = json.dumps({"code": code, "matter": "食品经营许可新办"}, ensure_ascii=False).encode()
    head = ("POST /api/v1/check HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n")
    return head.encode() + body


async def exchange(reader, writer, request):
    """Sends a request and reads its whole answer; tells the status."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head:
        while (size := int((await reader.readline()).split(b";")[0], 16)) != 0:
            await reader.readexactly(size + 2)
        await reader.readline()
    elif (at := head.find(b"content-length:")) != -1:
        await reader.readexactly(int(head[at + 15:].split(b"\r\n", 1)[0]))
    return status


async def load(site, requests, seconds):
    """Milliseconds by kind of request, and the answers by status."""
    due, times, statuses = asyncio.Queue(), {"page": [], "check": []}, {}

    async def connection():
        reader, writer = await asyncio.open_connection(site.host, site.port, limit=1 << 22)
        while (job := await due.get()) is not None:
            moment, kind, request = job
            status = await exchange(reader, writer, request)
            times[kind].append((time.perf_counter() - moment) * 1000)
            statuses[status] = statuses.get(status, 0) + 1
        writer.close()

    workers = [asyncio.create_task(connection()) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for number in range(RATE * seconds):
        moment = began + number / RATE
        wait = moment - time.perf_counter()
        if 0 < wait:
            await asyncio.sleep(wait)
        kind = "page" if number % 2 == 0 else "check"
        due.put_nowait((moment, kind, requests[kind][number // 2 % len(requests[kind])]))
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    return times, statuses


def measure(engine):
    home = Home(engine, os.environ.get("BENCH_HOME") if engine == "sqlite" else None)
    filled = home.folder / f"filled-{SUBJECTS}"
    if not filled.exists():
        filled.write_text(str(fill(home, SUBJECTS)))
    asked = codes(SUBJECTS)
    requests = {"page": [page(c) for c in asked], "check": [check(c) for c in asked]}
    # New to the register in every run, and enough for the whole load.
    seed = int(time.time())
    fresh = [penalties(ROWS, seed + more) for more in range(3)]
    rows, worst = [], 0
    with Site(home) as site:
        asyncio.run(load(site, requests, 3))
        for state in ("at rest", "while importing"):
            importer = None
            if state == "while importing":
                given = ["import", "--json", "--item", "penalty", "--department", "scjg"]
                importer = home.start(*given, *fresh, stdout=subprocess.DEVNULL)
                time.sleep(1)
            times, statuses = asyncio.run(load(site, requests, SECONDS))
            if importer:
                if importer.poll() is not None:
                    raise SystemExit("the import was over before the load: raise BENCH_ROWS")
                importer.kill()
                importer.wait()
            site.complain(statuses, 200)
            for kind, values in times.items():
                shares = [f"{percentile(values, share):.1f}" for share in (0.5, 0.9, 0.99)]
                rows.append([engine, state, kind, len(values), *shares, f"{max(values):.1f}"])
                worst = max(worst, percentile(values, 0.99))
        memory = site.memory()
    for path in fresh:
        path.unlink()
    table(["engine", "state", "call", "requests", "p50 ms", "p90 ms", "p99 ms", "max ms"], rows)
    print(f"{engine}: {SUBJECTS:,} subjects, {int(filled.read_text()):,} records, {RATE} requests/s; memory of the site "
          f"{memory['VmRSS']:.0f} MB, at its peak {memory['VmHWM']:.0f} MB, of it its own "
          f"{memory['RssAnon']:.0f} MB. Goals: p99 at most 20 ms: {judged(worst <= 20)}, memory under "
          f"500 MB: {judged(memory['VmRSS'] < 500)}.\n", flush=True)


for each in engines():
    measure(each)
