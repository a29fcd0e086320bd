#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of what the executor on all cores pays beside serial: charges.py [PROGRAM] [--blocks DIR] [--txs N] [--keep DIR]

Runs `bench schedule --repeat 2` under valgrind's callgrind, which needs neither quiet cores nor hardware counters, and sums the
instructions of the functions charged_* (fallback/commit/recording.cpp): each transaction in order, once on serial's journal and
once with recording on the table of versions; then its validation and its commit there. The first of the two rounds, which
translates codes, is not counted. Counts differ from run to run by some 0.1 %: hashes are seeded. Sets are the real blocks of 4 Mgas
and more, and generated ones.

  charges.py build/bin/warpevm --txs 1000
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

CHARGES = ("alone", "recorded", "validation", "commit")
LARGE_GAS = 4_000_000


def schedule(program, arguments, wrapper=()):
    command = [*wrapper, program, "bench", "schedule", "--threads", "1", "--quiet", "--json", "-", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stderr}{' '.join(command)}: exit {done.returncode}")
    return json.loads(done.stdout)["results"]


def inclusive(profile):
    """Instructions below each function charged_*, by callgrind's file: what a function's block says of itself and of its calls."""
    counts = dict.fromkeys(CHARGES, 0)
    names = {}
    current = None
    for line in profile.read_text().splitlines():
        if line.startswith(("fn=", "cfn=")):
            number, _, name = line.partition("=")[2].partition(" ")
            if name:
                names[number] = name
            if line.startswith("fn="):
                found = re.search(r"\bcharged_(\w+?)\b", names[number])
                current = found.group(1) if found else None
        elif current and re.match(r"[+\-*\d]", line):
            counts[current] += int(line.split()[1])
    return counts


def count(program, arguments, keep):
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(keep or folder) / "callgrind.out"
        wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}"]
        results = schedule(program, ["--repeat", "2", *arguments], wrapper)
        return sum(r["txs"] for r in results), inclusive(profile)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default="build/bin/warpevm")
    parser.add_argument("--blocks", default="build/data/blocks", help="the folder of real blocks")
    parser.add_argument("--txs", type=int, default=1000, help="of each generated block")
    parser.add_argument("--keep", help="a folder for the last profile, for callgrind_annotate")
    parser.add_argument("--sets", nargs="+", default=["real", "swaps", "erc20", "transfers", "mixed"])
    chosen = parser.parse_args()

    print(f"{'instructions a transaction':28}{'txs':>7}{'serial':>10}{'recorded':>10}{'recording':>11}{'validation':>12}{'commit':>8}")
    for name in chosen.sets:
        arguments = ["--blocks", chosen.blocks, "--txs", str(chosen.txs), "--filter", f"schedule/{name}$"]
        if name == "real":
            every = schedule(chosen.program, ["--repeat", "1", "--blocks", chosen.blocks, "--filter", r"schedule/\d+$"])
            large = [r["case"] for r in every if r["gas"] >= LARGE_GAS]
            arguments[-1] = f"schedule/({'|'.join(large)})$"
            name = f"{len(large)} real blocks"
        transactions, counts = count(chosen.program, arguments, chosen.keep)
        each = {charge: counts[charge] / transactions for charge in CHARGES}
        if min(each.values()) == 0:
            sys.exit("the profile lacks a charge: was the program stripped of its symbols?")
        share = 100 * (each["recorded"] / each["alone"] - 1)
        print(f"{name:28}{transactions:7}{each['alone']:10.0f}{each['recorded']:10.0f}{share:+9.1f} %{each['validation']:12.0f}{each['commit']:8.0f}",
              flush=True)


main()
