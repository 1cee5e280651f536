"""What every duel needs: the binary, its registers, its files, and medians."""

import atexit
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = os.environ.get("XINHENG_BIN", str(ROOT / "bin" / "xinheng"))
WORK = Path(os.environ["BENCH_WORK"])
SERVER = os.environ.get("XINHENG_TEST_POSTGRES", "")
ROWS = int(os.environ.get("BENCH_ROWS", 1_000_000))
RUNS = int(os.environ.get("BENCH_RUNS", 3))
DEPARTMENT = "scjg"

median = statistics.median


def engines():
    """SQLite always, PostgreSQL where a server is there."""
    asked = os.environ.get("BENCH_ENGINES", "sqlite postgresql").split()
    if "postgresql" in asked and not SERVER:
        print("PostgreSQL: skipped, no server (tools/with-postgres.sh starts one)", flush=True)
        asked.remove("postgresql")
    return asked


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(heading, rows):
    """Prints a table of Markdown."""
    print("| " + " | ".join(heading) + " |")
    print("|" + "|".join(" --- " for _ in heading) + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def note(text):
    """Progress, which is no result."""
    print(text, file=sys.stderr, flush=True)


class Used:
    """What a process took: seconds on the clock and on the processors, and memory at its peak."""

    def __init__(self, wall, cpu, peak_mb, code, output):
        self.wall, self.cpu, self.peak_mb = wall, cpu, peak_mb
        self.code, self.output = code, output


def run(arguments, environment, accept=(0,)):
    """Runs the binary and says what it took."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = subprocess.Popen([BINARY, *arguments], env=environment, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = code = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        output, errors = out.read().decode(), err.read().decode()
    if code not in accept:
        sys.exit(f"xinheng {' '.join(arguments)} ended with {code}:\n{output}\n{errors}")
    cpu = usage.ru_utime + usage.ru_stime
    return Used(wall, cpu, usage.ru_maxrss / 1024, code, output)


def penalties(rows, seed=1):
    """A clean file of penalties, made once for each size, seed and binary."""
    path = WORK / f"penalties-{rows}-{seed}.csv"
    if not path.exists() or path.stat().st_mtime < os.stat(BINARY).st_mtime:
        note(f"making {rows} rows")
        given = ["--double-publicity", str(rows), "--seed", str(seed), "--out", str(path)]
        run(["seed", *given], os.environ)
    return path


def example(name, *arguments):
    """The lines an example prints, built with the whole workspace, so that no library is built for it anew."""
    subprocess.run(["cargo", "build", "--release", "--locked", "-q", "--workspace", "--example", name], cwd=ROOT, check=True)
    binary = Path(os.environ["CARGO_TARGET_DIR"]) / "release" / "examples" / name
    return subprocess.run([binary, *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def judged(met):
    """The word behind a goal."""
    return "met" if met else "MISSED"


class Home:
    """An empty register, gone at the end."""

    def __init__(self, engine, folder=None):
        self.engine = engine
        self.kept = folder is not None
        self.folder = Path(folder) if folder else Path(tempfile.mkdtemp(dir=WORK, prefix="home-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.url = ""
        if engine == "postgresql":
            name = f"xinheng_bench_{uuid.uuid4().hex}"
            psql(SERVER, f"create database {name}")
            self.url = f"{SERVER.rsplit('/', 1)[0]}/{name}"
        atexit.register(self.remove)

    def environment(self):
        env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "XINHENG_CONFIG")}
        env.update(XINHENG_DATA=str(self.folder), XINHENG_PLACE="shili", XINHENG_LANG="en")
        if self.url:
            env["DATABASE_URL"] = self.url
        return env

    @property
    def database(self):
        return self.folder / "register.db"

    def run(self, *arguments, accept=(0,)):
        return run(list(arguments), self.environment(), accept)

    def start(self, *arguments, **options):
        return subprocess.Popen([BINARY, *arguments], env=self.environment(), **options)

    def take_in(self, path, *more, item="penalty", department=DEPARTMENT, accept=(0,)):
        given = ["import", "--json", "--item", item, "--department", department]
        return self.run(*given, *more, str(path), accept=accept)

    def remove(self):
        if self.url:
            name = self.url.rsplit("/", 1)[1]
            psql(SERVER, f"drop database if exists {name} with (force)", check=False)
            self.url = ""
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)


def psql(url, *statements, check=True):
    given = [word for statement in statements for word in ("-c", statement)]
    command = ["psql", url, "-qXAt", "-v", "ON_ERROR_STOP=1", *given]
    done = subprocess.run(command, capture_output=True, text=True)
    if check and done.returncode != 0:
        sys.exit(f"psql: {done.stderr}")
    return done.stdout.strip()


def own_cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
