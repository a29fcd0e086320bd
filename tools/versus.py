#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times two builds of warpevm against each other: versus.py BEFORE AFTER [--pairs N] [--worst N] -- BENCH-ARGUMENTS

Runs `bench BENCH-ARGUMENTS` of both in turns, each pair in the other order than the one before, and prints how many times as fast
AFTER is on each backend: the geometric mean over its cases, pair by pair, as the median of the pairs with its 95 % interval (by
ranks, as `bench` has it), and the cases that lost most.

  versus.py old/warpevm build/bin/warpevm -- blocks --backend serial --repeat 9
"""

import argparse
import json
import math
import statistics
import subprocess
import sys


def medians(program, arguments):
    command = [program, "bench", *arguments, "--quiet", "--json", "-"]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        results = json.loads(done.stdout)["results"]
    except ValueError:
        sys.exit(f"{done.stderr}{' '.join(command)} gave no JSON (exit {done.returncode})")
    return {(r["workload"], r["case"], r["backend"], r["threads"]): r["median_ms"] for r in results}


def interval_rank(count):
    """The rank, from 0, whose value and the one as far from the other end hold the median with 95 %."""
    below = 0.0
    for rank in range(count // 2):
        below += math.comb(count, rank) / 2**count
        if below > 0.025:
            return rank - 1 if rank > 0 else None
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--pairs", type=int, default=31)
    parser.add_argument("--worst", type=int, default=8, help="how many cases to name")
    parser.add_argument("arguments", nargs="+", metavar="BENCH-ARGUMENTS")
    chosen = parser.parse_args()

    times = {}
    means = {}
    for pair in range(chosen.pairs):
        order = (chosen.before, chosen.after) if pair % 2 == 0 else (chosen.after, chosen.before)
        ran = {program: medians(program, chosen.arguments) for program in order}
        before, after = ran[chosen.before], ran[chosen.after]
        common = before.keys() & after.keys()
        if not common:
            sys.exit("no case ran in both")
        for case in common:
            times.setdefault(case, []).append((before[case], after[case]))
        gains = {}
        for case in common:
            gains.setdefault(case[2:], []).append(math.log(before[case] / after[case]))
        for where, logs in gains.items():
            means.setdefault(where, []).append(math.exp(statistics.fmean(logs)))
    for (backend, threads), pairs in sorted(means.items()):
        pairs.sort()
        rank = interval_rank(len(pairs))
        spread = f" [{pairs[rank]:.3f}, {pairs[-1 - rank]:.3f}]" if rank is not None else ""
        cases = sum(case[2:] == (backend, threads) for case in times)
        print(f"{backend} with {threads}: {chosen.after} is {statistics.median(pairs):.3f}{spread} times as fast, {cases} cases, {len(pairs)} pairs")

    ratios = {case: statistics.median(b for b, _ in t) / statistics.median(a for _, a in t) for case, t in times.items()}
    for case in sorted(ratios, key=ratios.get)[: chosen.worst]:
        workload, name, backend, threads = case
        print(f"  {ratios[case]:.3f}  {workload}/{name} on {backend} with {threads}")


if __name__ == "__main__":
    main()
