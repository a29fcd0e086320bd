#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs blocks on every backend that is built in and prints them side by side: compare.py WARPEVM FOLDER"""

import json
import subprocess
import sys

from backends import built_in

COLUMNS = ("block", "fork", "txs", "gas", "backend", "ok", "checked", "state root", "ms", "Mgas/s", "vs serial")


def run(program, folder, backend):
    command = [program, "run", folder, "--backend", backend, "--repeat", "5", "--quiet", "--json", "-"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    try:
        return json.loads(done.stdout)
    except ValueError:
        sys.exit(f"{' '.join(command)} gave no JSON (exit {done.returncode})")


def milliseconds(block):
    """Execution time as CLI.md has it: without decoding, recovery of senders and state root."""
    timing = block["timing_ms"]
    return sum(timing[phase] for phase in ("partition", "route", "pack", "dispatch", "fallback", "merge"))


def row(block, backend, serial_ms):
    ms = milliseconds(block)
    rate = block["gas_used"] / ms / 1000 if ms else 0.0
    root = block["state_root"]
    return (str(block["number"]), block["fork"], str(block["txs"]), f"{block['gas_used']:,}", backend,
            "yes" if block["ok"] else "NO", str(len(block["checked"])), f"{root[:10]}…" if root else "-",
            f"{ms:.2f}", f"{rate:,.0f}", f"{serial_ms / ms:.2f}" if ms else "-")


def print_table(rows):
    widths = [max(len(line[i]) for line in rows) for i in range(len(COLUMNS))]
    for line in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths)).rstrip())


def main():
    program, folder = sys.argv[1:3]
    rows, failed, serial = [], 0, {}
    for backend in built_in(program):
        blocks = run(program, folder, backend)["blocks"]
        if any("no_device" in block["routes"]["reasons"] for block in blocks):
            print(f"left out: {backend}: this machine has no device, so it would be cpu by another name")
            continue
        for block in blocks:
            if backend == "serial":
                serial[block["number"]] = milliseconds(block)
            rows.append(row(block, backend, serial[block["number"]]))
            failed += not block["ok"]
    rows.sort(key=lambda line: int(line[0]))
    print_table([COLUMNS, *rows])
    print("\n'checked' counts the fields compared with the block's header, the state root among them; 'ms' is the median execution\n"
          "time of 5 runs. Next: build/bin/warpevm run --help, tools/test, README.md.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
