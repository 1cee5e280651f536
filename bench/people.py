"""People at the pages of a site, who fill in forms and hand in papers as a browser does."""

import base64
import hashlib
import hmac
import http.client
import json
import re
import struct
import time
import urllib.parse
import uuid

PASSWORD = "示例口令，只在这台机器上-1"
PAPER = b"%PDF-1.4\n% proof\n"


class Person:
    """Somebody at the pages, over a connection of their own."""

    def __init__(self, site):
        self.connection = http.client.HTTPConnection(site.host, site.port)
        self.cookie, self.token = "", ""

    def ask(self, method, path, form=None, paper=None):
        """Place and text of the answer; a form goes with the token of the last page, and maybe a paper."""
        headers = {"cookie": self.cookie}
        body = None
        if form is not None:
            form = {**form, "form_token": self.token}
            body = urllib.parse.urlencode(form)
            headers["content-type"] = "application/x-www-form-urlencoded"
        if paper is not None:
            body, headers["content-type"] = multipart(form, paper)
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

    def status(self, path):
        """Status of what anybody may read."""
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status

    def sign_in(self, login, first):
        self.ask("POST", "/sign-in", {"login": login, "password": first})
        self.ask("GET", "/account/password")
        self.ask("POST", "/account/password", {"old": first, "new": PASSWORD, "again": PASSWORD})
        _, page = self.ask("GET", "/account/factor")
        secret = re.search(r'name="secret" value="([^"]+)"', page)[1]
        self.ask("POST", "/account/factor", {"secret": secret, "code": totp(secret)})
        self.ask("GET", "/console")
        return self


def multipart(form, paper):
    edge = uuid.uuid4().hex
    parts = [f'--{edge}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in form.items()]
    parts.append(f'--{edge}\r\ncontent-disposition: form-data; name="file"; filename="proof.pdf"\r\n'
                 f"content-type: application/pdf\r\n\r\n".encode() + paper + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


def totp(secret):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def officers(home, site, wanted):
    """Officers by login, opened by one administrator and given their role by another."""
    admins = {}
    for role in ("system", "security"):
        given = ["--role", f"{role}_administrator", "--login", role, "--name", f"示例{role}"]
        told = home.run("account", "first", "--json", *given).output.strip().splitlines()[-1]
        admins[role] = Person(site).sign_in(role, json.loads(told)["first_password"])
    system, security = admins["system"], admins["security"]
    system.ask("GET", "/console/accounts")
    system.ask("POST", "/console/organisations", {"kind": "department", "code": "scjg", "name": ""})
    people = {}
    for login, word in wanted.items():
        _, page = system.ask("POST", "/console/accounts", {"login": login, "name": f"示例{login}"})
        first = re.findall(r"<code>([^<]+)</code>", page.split('role="status"')[1])[1]
        _, page = security.ask("GET", "/console/roles")
        account = re.search(rf'<option value="(\d+)"[^>]*>{login}', page)[1]
        role = re.search(rf'<option value="(\d+/{word})"', page)[1]
        security.ask("POST", "/console/roles", {"account": account, "role": role})
        people[login] = Person(site).sign_in(login, first)
    return people
