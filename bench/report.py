"""Credit reports issued through the API, one after the other, as at a counter."""

import http.client
import os
import time

from duel import Home, judged, percentile, table
from town import Site, codes, fill

REPORTS = int(os.environ.get("BENCH_REPORTS", 300))
SUBJECTS = int(os.environ.get("BENCH_REPORT_SUBJECTS", 2_000))


def main():
    home = Home("sqlite")
    fill(home, SUBJECTS)
    asked = codes(SUBJECTS, REPORTS)
    with Site(home) as site:
        connection = http.client.HTTPConnection(site.host, site.port)
        times, statuses = [], {}
        for number in range(REPORTS + 1):
            code = asked[number % len(asked)]
            began = time.perf_counter()
            connection.request("POST", f"/api/v1/subjects/{code}/reports")
            response = connection.getresponse()
            response.read()
            times.append((time.perf_counter() - began) * 1000)
            statuses[response.status] = statuses.get(response.status, 0) + 1
        memory = site.memory()
        site.complain(statuses, 201)
    first, times = times[0], times[1:]
    table(
        ["report", "first ms", "p50 ms", "p99 ms", "max ms", "peak MB"],
        [["POST /api/v1/subjects/{code}/reports", f"{first:.0f}", f"{percentile(times, 0.5):.1f}",
          f"{percentile(times, 0.99):.1f}", f"{max(times):.1f}", f"{memory['VmHWM']:.0f}"]],
    )
    print(f"{REPORTS} reports on subjects of a city of {SUBJECTS:,}, stored and audited; the first, "
          f"which also loads the fonts, stands alone. Goal: p99 at most 100 ms: "
          f"{judged(percentile(times, 0.99) <= 100)}.")


main()
