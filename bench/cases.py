"""What the clocks of cases cost: the reconciler over open deadlines, of which some ran out."""

import os

from duel import example, judged, median, note, table

OPEN = int(os.environ.get("BENCH_DEADLINES", "1000000"))
OVER = 1_000
RUNS = int(os.environ.get("BENCH_RUNS", "3"))


def seconds():
    lines = example("reconcile_speed", "policy", str(OPEN), str(OVER))
    return [float(line.split(": ")[1].split()[0]) for line in lines]


def main():
    note(f"building the example, then {RUNS} runs of {OPEN:,} open deadlines")
    ran_out, none_new = (median(values) for values in zip(*(seconds() for _ in range(RUNS))))
    table(["what", "figure", "goal", ""], [
        [f"reconciler, {OPEN:,} open deadlines, {OVER:,} ran out", f"{ran_out:.1f} s", "60 s", judged(ran_out <= 60)],
        ["the same, none new", f"{none_new:.2f} s", "60 s", judged(none_new <= 60)],
    ])


main()
