"""What the clocks of cases cost: the reconciler over open deadlines, of which some ran out; and how long a
repair takes from the officer’s signature to the last channel that showed the record."""

import datetime
import json
import math
import os
import re
import time

from duel import Home, example, judged, median, note, table
from people import PAPER, PASSWORD, Person, officers
from town import Site, codes, fill

OPEN = int(os.environ.get("BENCH_DEADLINES", "1000000"))
OVER = 1_000
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
NUMBER = "示市监罚〔2026〕99001号"


def seconds():
    lines = example("reconcile_speed", "policy", str(OPEN), str(OVER))
    return [float(line.split(": ")[1].split()[0]) for line in lines]


def penalty(home, code, name):
    """A penalty that may be repaired by now, from its department."""
    decided = datetime.date.today() - datetime.timedelta(days=200)
    organ = ["示例市市场监督管理局", "11419900419900016T"]
    row = {
        "CF_XDR_MC": name, "CF_XDR_LB": "法人及非法人组织", "CF_XDR_SHXYM": code, "CF_FRDB": "示例甲",
        "CF_WSH": NUMBER, "CF_WFXW": "未按规定公示价格", "CF_SY": "当事人销售商品未明码标价",
        "CF_YJ": "《中华人民共和国价格法》第四十二条", "CF_CFLB": "罚款", "CF_NR": "罚款2000元", "CF_NR_FK": "0.2",
        "CF_JDRQ": decided, "CF_YXQ": "2099-12-31", "CF_CFJG": organ[0], "CF_CFJGDM": organ[1],
        "CF_SJLY": organ[0], "CF_SJLYDM": organ[1],
    }
    file = home.folder / "penalty.csv"
    file.write_text(f"{','.join(row)}\n{','.join(map(str, row.values()))}\n", encoding="utf-8")
    home.take_in(file)


def company(site, code, clerk):
    """The account of a company that claimed itself."""
    person = Person(site)
    person.ask("GET", "/register")
    person.ask("POST", "/register", {"login": "faren", "name": "示例丙", "password": PASSWORD})
    person.ask("GET", "/centre/claims")
    person.ask("POST", "/centre/claims", {"code": code, "role": "representative", "note": ""})
    _, page = clerk.ask("GET", "/console/claims")
    clerk.ask("POST", re.search(r'action="(/console/claims/\d+)"', page)[1], {"reason": "已核对", "decision": "confirm"})
    person.ask("POST", "/sign-in", {"login": "faren", "password": PASSWORD})
    person.ask("GET", "/centre")
    return person


def shows(reader, code, record, verification):
    """Whether each channel shows the record, by channel."""
    def text(path):
        return reader.ask("GET", path)[1]

    return {
        "record page": reader.status(f"/subjects/{code}/records/{record}") == 200,
        "file page": NUMBER in text(f"/subjects/{code}"),
        "list of penalties": NUMBER in text("/public/penalty"),
        "API, record": reader.status(f"/api/v1/subjects/{code}/records/{record}") == 200,
        "API, file": NUMBER in text(f"/api/v1/subjects/{code}/file"),
        "API, list of penalties": NUMBER in text("/api/v1/public/penalty"),
        "link of a report": '"standing":"valid"' in text(f"/api/v1/verify/{verification}"),
    }


def removed(reader, position, record):
    """Whether the change feed says after a position that the record is to be dropped."""
    changes = json.loads(reader.ask("GET", f"/api/v1/changes?from={position + 1}")[1])["changes"]
    return any((one["record"], one["action"]) == (record, "remove") for one in changes)


def reach():
    """Seconds until each channel that showed a record shows it no more, from the moment its repair is signed."""
    home = Home("sqlite")
    fill(home, 300)
    with Site(home) as site:
        people = officers(home, site, {"jingban": "department_clerk", "zhongxin": "centre_clerk"})
        officer, reader = people["jingban"], Person(site)
        code = codes(300)[0]
        name = json.loads(reader.ask("GET", f"/api/v1/subjects/{code}")[1])["name"]
        penalty(home, code, name)
        sections = json.loads(reader.ask("GET", f"/api/v1/subjects/{code}/file")[1])["sections"]
        record = next(one["record"] for section in sections for one in section["records"]
                      if one["document_number"] == NUMBER)
        issued = json.loads(reader.ask("POST", f"/api/v1/subjects/{code}/reports", {})[1])
        subject = company(site, code, people["zhongxin"])
        subject.ask("GET", f"/centre/records/{record}/repair")
        form = {"path": "performed", "note": "罚款已缴清，商品已明码标价。", "committed": "1"}
        case, _ = subject.ask("POST", f"/centre/records/{record}/repair", form, PAPER)
        act = f"{case.replace('/centre/', '/console/')}/act"
        officer.ask("POST", act, {"act": "accept"})
        before = shows(reader, code, record, issued["verification_code"])
        position = json.loads(reader.ask("GET", "/api/v1/changes?from=1&limit=1")[1])["last"]
        if not all(before.values()):
            raise SystemExit(f"not every channel shows the record before: {before}")
        began = time.perf_counter()
        officer.ask("POST", act, {"act": "grant"})
        took, limit = {}, began + 60
        while len(took) <= len(before) and time.perf_counter() < limit:
            now = shows(reader, code, record, issued["verification_code"])
            now["change feed"] = not removed(reader, position, record)
            for channel in (channel for channel, shown in now.items() if not shown and channel not in took):
                took[channel] = time.perf_counter() - began
    return took, len(before) + 1


def main():
    took, channels = reach()
    slowest = max(took.values(), default=0) if len(took) == channels else math.inf
    note(f"building the example, then {RUNS} runs of {OPEN:,} open deadlines")
    ran_out, none_new = (median(values) for values in zip(*(seconds() for _ in range(RUNS))))
    table(["what", "figure", "goal", ""], [
        [f"reconciler, {OPEN:,} open deadlines, {OVER:,} ran out", f"{ran_out:.1f} s", "60 s", judged(ran_out <= 60)],
        ["the same, none new", f"{none_new:.2f} s", "60 s", judged(none_new <= 60)],
        [f"a repair, signed, gone from {len(took)} of {channels} channels", f"{slowest:.2f} s", "5 s", judged(slowest <= 5)],
    ])


main()
