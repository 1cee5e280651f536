"""What the gate costs: a decision, an entry of the log, and a file page that is admitted and logged.

The page a clerk opens for a registered matter, with every field an officer sees and an entry in the
subject's log, stands against the public page of the same subject, asked in turn over one connection.
"""

import base64
import hashlib
import hmac
import http.client
import json
import re
import struct
import time
import urllib.parse

from duel import Home, example, judged, median, note, table
from town import Site, codes, fill

SUBJECTS = 5_000
ASKED = 400
PASSWORD = "示例口令，只在这台机器上-1"
MATTER = {"kind": "inspection"}


class Person:
    """Somebody at the pages, over a connection of their own."""

    def __init__(self, site):
        self.connection = http.client.HTTPConnection(site.host, site.port)
        self.cookie, self.token = "", ""

    def ask(self, method, path, form=None):
        headers = {"cookie": self.cookie}
        body = None
        if form is not None:
            body = urllib.parse.urlencode({**form, "form_token": self.token})
            headers["content-type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("set-cookie") or []:
            self.cookie = line.split(";")[0]
        if found := re.search(r'name="form_token" value="([^"]+)"', text):
            self.token = found[1]
        if 400 <= answer.status:
            raise SystemExit(f"{method} {path}: {answer.status}\n{text[:2000]}")
        return answer.getheader("location"), text

    def sign_in(self, login, first):
        self.ask("POST", "/sign-in", {"login": login, "password": first})
        self.ask("GET", "/account/password")
        self.ask("POST", "/account/password", {"old": first, "new": PASSWORD, "again": PASSWORD})
        _, page = self.ask("GET", "/account/factor")
        secret = re.search(r'name="secret" value="([^"]+)"', page)[1]
        self.ask("POST", "/account/factor", {"secret": secret, "code": totp(secret)})
        self.ask("GET", "/console")
        return self


def totp(secret):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def clerk(home, site):
    """A clerk of a department, opened by one administrator and given the role by another."""
    people = {}
    for role in ("system", "security"):
        given = ["--role", f"{role}_administrator", "--login", role, "--name", f"示例{role}"]
        told = home.run("account", "first", "--json", *given).output.strip().splitlines()[-1]
        people[role] = Person(site).sign_in(role, json.loads(told)["first_password"])
    people["system"].ask("GET", "/console/accounts")
    people["system"].ask("POST", "/console/organisations", {"kind": "department", "code": "scjg", "name": ""})
    _, page = people["system"].ask("POST", "/console/accounts", {"login": "jingban", "name": "示例甲"})
    first = re.findall(r"<code>([^<]+)</code>", page.split('role="status"')[1])[1]
    _, page = people["security"].ask("GET", "/console/roles")
    account = re.search(r'<option value="(\d+)"[^>]*>jingban', page)[1]
    role = re.search(r'<option value="(\d+/department_clerk)"', page)[1]
    people["security"].ask("POST", "/console/roles", {"account": account, "role": role})
    return Person(site).sign_in("jingban", first)


def pages():
    home = Home("sqlite")
    fill(home, SUBJECTS)
    with Site(home) as site:
        reader, public = clerk(home, site), Person(site)
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
