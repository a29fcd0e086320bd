#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the inputs of tests/t8n_cases.tsv through `warpevm t8n` as the field's test framework does, and judges what it answers.

t8n_cases.py PROGRAM FOLDER: FOLDER holds the inputs, one file for standard input or a folder of files each.

A row says: input, fork, further arguments, exit code, and what must hold, several separated by "; ": PATH=VALUE, PATH~PART or
PATH!=VALUE, where PATH leads through the JSON on standard output (result.receipts.#: how many; `stderr`: what was said there;
`trace`: the lines of the trace files).
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile

TABLE = pathlib.Path(__file__).resolve().parent.parent / "tests" / "t8n_cases.tsv"


def rows():
    lines = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def inputs_of(path):
    """Arguments that name the inputs, and what is fed to standard input."""
    if path.is_file():
        return ["--input.alloc=stdin", "--input.env=stdin", "--input.txs=stdin"], path.read_bytes()
    txs = next(name for name in ("txs.rlp", "txs.json") if (path / name).exists())
    return [f"--input.alloc={path / 'alloc.json'}", f"--input.env={path / 'env.json'}", f"--input.txs={path / txs}"], b""


def look_up(answer, path):
    for step in path.split("."):
        if step == "#":
            return len(answer or [])
        try:
            answer = answer[int(step)] if isinstance(answer, list) else answer[step]
        except (KeyError, IndexError, TypeError):
            return None
    return answer


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def complaint(answer, claim):
    """Why the claim does not hold; nothing where it does."""
    for sign, holds in (("!=", lambda a, b: a != b), ("~", lambda a, b: b in a), ("=", lambda a, b: a == b)):
        path, found, wanted = claim.partition(sign)
        if found and "~" not in path and "=" not in path:
            got = text(look_up(answer, path)).replace("\n", "\\n")
            return None if holds(got, wanted) else f"{claim}: got {got[:300]}"
    return f"{claim}: is no claim"


def run_row(program, folder, row):
    """Complaints about one row."""
    names, fed = inputs_of(folder / row["input"])
    with tempfile.TemporaryDirectory() as scratch:
        arguments = [*names, "--output.result=stdout", "--output.alloc=stdout", "--output.body=stdout", f"--output.basedir={scratch}",
                     "--state.chainid=1", "--state.reward=0", f"--state.fork={row['fork']}", *row["arguments"].split()]
        done = subprocess.run([program, "t8n", *arguments], input=fed, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        traces = "".join(path.read_text() for path in sorted(pathlib.Path(scratch).glob("trace-*.jsonl")))
    if done.returncode != int(row["exit"]):
        return [f"exit {done.returncode}, expected {row['exit']}: {done.stderr.decode(errors='replace')[-500:]}"]
    answer = json.loads(done.stdout) if done.stdout else {}
    answer.update(stderr=done.stderr.decode(errors="replace"), trace=traces)
    return list(filter(None, (complaint(answer, claim) for claim in row["holds"].split("; ") if claim)))


def run_table(program, folder):
    """Counts like those of the fixtures, each row a case named t8n/INPUT (ARGUMENTS)."""
    failures, passed = {}, 0
    for row in rows():
        if not (folder / row["input"]).exists():
            failures[f"t8n/{row['input']}"] = "the input is not there"
            continue
        if complaints := run_row(program, folder, row):
            failures[f"t8n/{row['input']} ({row['fork']} {row['arguments']})".replace(" )", ")")] = "; ".join(complaints)
        else:
            passed += 1
    return {"passed": passed, "failed": len(failures), "skipped": 0, "failures": failures}


if __name__ == "__main__":
    result = run_table(sys.argv[1], pathlib.Path(sys.argv[2]))
    for name, why in result["failures"].items():
        print(f"FAILED  {name}: {why}")
    print(f"{result['passed']} passed, {result['failed']} failed")
    sys.exit(1 if result["failed"] else 0)
