"""What the gate costs: a decision, an entry of the log, and a file page that is admitted and logged.

The page a clerk opens for a registered matter, with every field an officer sees and an entry in the
subject's log, stands against the public page of the same subject, asked in turn over one connection.
"""

import re
import time

from duel import Home, example, judged, median, note, table
from people import Person, officers
from town import Site, codes, fill

SUBJECTS = 5_000
ASKED = 400
MATTER = {"kind": "inspection"}


def pages():
    home = Home("sqlite")
    fill(home, SUBJECTS)
    with Site(home) as site:
        reader, public = officers(home, site, {"jingban": "department_clerk"})["jingban"], Person(site)
        files = []
        for number, code in enumerate(codes(SUBJECTS, ASKED)[:ASKED]):
            given = {"number": f"示办〔2026〕{number}号", "code": code, **MATTER}
            matter, _ = reader.ask("POST", "/console/matters", given)
            files.append((f"/subjects/{code}", f"{matter}/file"))
        times = {"public": [], "admitted": []}
        for turn in range(3):
            for open_page, file_page in files:
                for who, person, path in (("public", public, open_page), ("admitted", reader, file_page)):
                    began = time.perf_counter()
                    person.ask("GET", path)
                    if turn:
                        times[who].append((time.perf_counter() - began) * 1000)
    return {who: median(values) for who, values in times.items()}


def main():
    note("building the examples")
    rows = []
    warm = next(line for line in example("gate_speed", "policy") if line.startswith("warm"))
    micros = float(re.search(r"([0-9.]+) µs", warm)[1])
    rows.append(["a decision with its obligations, warm", f"{micros:.3f} µs", "10 µs", judged(micros <= 10)])
    for line in example("log_speed"):
        rate = float(line.split()[0])
        rows.append([line.split(" ", 2)[2], f"{rate:,.0f} entries/s", "20,000", judged(20_000 <= rate)])
    took = pages()
    ratio = took["admitted"] / took["public"]
    rows.append(["file page, admitted and logged, against the public one",
                 f"{took['admitted']:.1f} ms and {took['public']:.1f} ms, {ratio:.2f}×", "1.3×", judged(ratio <= 1.3)])
    table(["what", "figure", "goal", ""], rows)


main()
