"""Peak memory of an import, for each form in which a file may come and for each way to be long.

The penalties of the other parts, written anew by other programs: what we read here we did not write.
"""

import csv
import json
import multiprocessing

import pyarrow
import pyarrow.parquet
import xlsxwriter

from duel import ROWS, WORK, Home, judged, penalties, table

# As many as one sheet holds.
SHEET_ROWS = min(ROWS, 1_000_000)
GOAL = 1024


def rows(limit):
    with open(penalties(ROWS), encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file)):
            if limit < number:
                return
            yield row


def json_lines(path):
    source = rows(ROWS)
    heading = next(source)
    with open(path, "w", encoding="utf-8") as file:
        for row in source:
            file.write(json.dumps(dict(zip(heading, row)), ensure_ascii=False) + "\n")


def parquet(path):
    source = rows(ROWS)
    heading = next(source)
    columns = list(zip(*source))
    pyarrow.parquet.write_table(pyarrow.table(dict(zip(heading, map(list, columns)))), path)


def sheet(path):
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_urls": False})
    page = book.add_worksheet()
    for number, row in enumerate(rows(SHEET_ROWS)):
        page.write_row(number, 0, row)
    book.close()


def faulty(path):
    """Every row comes back: its document number is missing."""
    source = rows(ROWS)
    heading = next(source)
    missing = heading.index("CF_WSH")
    with open(path, "w", encoding="utf-8", newline="") as file:
        target = csv.writer(file)
        target.writerow(heading)
        for row in source:
            row[missing] = ""
            target.writerow(row)


def made(name, write):
    """Writes in a process apart: a child begins with the peak of whoever starts it."""
    path = WORK / name
    writer = multiprocessing.get_context("fork").Process(target=write, args=(path,))
    writer.start()
    writer.join()
    if writer.exitcode != 0:
        raise SystemExit(f"could not write {path}")
    return path


def main():
    whole, lines = penalties(ROWS), []

    def measure(what, home, path, count, *more, accept=(0,)):
        used = home.take_in(path, *more, accept=accept)
        lines.append([what, f"{count:,}", f"{path.stat().st_size / 1e6:,.0f}", f"{used.wall:.1f}",
                      f"{used.peak_mb:.0f}"])

    home = Home("sqlite")
    measure("CSV", home, whole, ROWS)
    measure("CSV again, as the whole live set", home, whole, ROWS, "--mode", "full")
    home.remove()
    for what, name, write, count in [
        ("JSON lines", f"memory-{ROWS}.jsonl", json_lines, ROWS),
        ("Parquet", f"memory-{ROWS}.parquet", parquet, ROWS),
        ("XLSX", f"memory-{SHEET_ROWS}.xlsx", sheet, SHEET_ROWS),
    ]:
        home = Home("sqlite")
        path = made(name, write)
        measure(what, home, path, count)
        path.unlink()
        home.remove()
    home = Home("sqlite")
    path = made(f"memory-{ROWS}-faulty.csv", faulty)
    returned = str(home.folder / "returned.csv")
    measure("CSV, every row sent back", home, path, ROWS, "--faults", returned, accept=(3,))
    path.unlink()
    home.remove()
    table(["import of penalties, SQLite", "rows", "MB", "s", "peak MB"], lines)
    worst = max(int(line[-1]) for line in lines)
    print(f"Goal: any file under {GOAL:,} MB: {judged(worst < GOAL)}.")


main()
