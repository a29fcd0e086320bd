#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the fixtures, the real blocks and the tables of cases through the warpevm program and compares what fails with tests/pending.txt.

cases.py run --build DIR [--sanitized | --full [--shard I/N]]    cases.py sum RESULTS

A case is named FILE::NAME::FORK::INDEX, its file relative to the fixtures; a real block is named blocks/NUMBER, one of geth's own chains
geth/CHAIN/NUMBER, and an input of tests/run_cases.tsv cases/run/ARGUMENTS. A failure that
tests/pending.txt does not name fails, and so does a case named there that passes.
The inputs of tests/t8n_cases.tsv are named t8n/INPUT.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree

import t8n_cases
from backends import built_in

ROOT = pathlib.Path(__file__).resolve().parent.parent
PENDING = ROOT / "tests" / "pending.txt"
LEDGER = ROOT / "tests" / "ledger.tsv"
RUN_CASES = ROOT / "tests" / "run_cases.tsv"
GETH_CHAINS = ("forks", "fuzz", "osaka", "pool")
COMMANDS = ("statetest", "blocktest")
# The kernels as C++, for which the commit loop waits: where work ran then follows from what they can do. A batch of one sees all that came
# before it in its block.
DEVICE_OPTIONS = ("--device", "native", "--wait-for-device", "--device-batch", "1")
# Of a unit's transactions that a device may execute at least this share must be committed as it computed them.
DEVICE_SHARE, DEVICE_UNIT = 0.95, 500
# Reasons that are not the device's: who executed instead, and what is the CPU's verdict.
CPU_ROUTES = ("serial_backend", "one_thread", "traced", "too_short", "backed_off", "in_turn", "ahead", "stale", "undecided")
CPU_VERDICTS = ("ESCALATE_invalid_transaction", "ESCALATE_fork", "route_unsupported")
LEDGER_COLUMNS = ("backend", "command", "unit", "passed", "failed", "skipped")


def pending_cases():
    lines = (line.strip() for line in PENDING.read_text().splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def in_tenth(relative):
    """A fixed tenth: by the name of the file, so that it does not move when files come or go."""
    return hashlib.sha256(str(relative).encode()).digest()[0] % 10 == 0


def has_several_transactions(path):
    """True for a file of blockchain tests in which some block has more than one transaction."""
    text = path.read_bytes()
    if b'"blocks"' not in text:
        return False
    try:
        tests = json.loads(text)
    except ValueError:
        return False
    return any(len(block.get("transactions") or ()) > 1
               for test in tests.values() if isinstance(test, dict)
               for block in test.get("blocks") or () if isinstance(block, dict))


def in_sample(path, fixtures, benchmarks):
    """The tenth, and whatever has several transactions in a block. Benchmarks only burn gas: sanitizers do without."""
    relative = path.relative_to(fixtures)
    return in_tenth(relative) or ((benchmarks or "benchmark" not in relative.parts) and has_several_transactions(path))


def json_files(folder):
    return sorted(path for path in folder.rglob("*.json"))


class Program:
    """One built warpevm and what it answered."""

    def __init__(self, build):
        self.path = build / "bin" / "warpevm"

    def ask(self, command, backend, paths, output, options=()):
        arguments = [self.path, command, "--backend", backend, "--jobs", str(os.cpu_count()), "--quiet", "--json", output,
                     *paths, *options, *(DEVICE_OPTIONS if backend == "opencl" else ())]
        done = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            answer = json.loads(pathlib.Path(output).read_text())
        except (OSError, ValueError):
            sys.exit(f"warpevm {command} --backend {backend} gave no JSON (exit {done.returncode}):\n{done.stderr[-4000:]}")
        if done.returncode not in (0, 1, 2):
            print(done.stderr[-4000:], file=sys.stderr)
            sys.exit(f"warpevm {command} --backend {backend} ended with {done.returncode}")
        return answer


def fixture_names(answer, fixtures):
    for failure in answer["failures"]:
        file = pathlib.Path(failure["file"])
        relative = file.relative_to(fixtures) if file.is_relative_to(fixtures) else file
        yield f"{relative}::{failure['name']}::{failure['fork']}::{failure['index']}", failure["reason"]


def block_result(answer, folder="blocks", more=()):
    """`more`: failures that are no block's."""
    failures = {f"{folder}/{block['number']}": explain(block) for block in answer["blocks"] if not block["ok"]}
    failures.update(more)
    return {"passed": answer["summary"]["ok"], "failed": answer["summary"]["failed"] + len(more), "skipped": 0, "failures": failures}


def explain(block):
    if block.get("error"):
        return block["error"]["message"]
    return "; ".join(f"{m['field']}: expected {m['expected']}, got {m['got']}" for m in block["mismatches"]) or "failed"


class Unit:
    """What one call of the program covers: a folder of fixtures, or the real blocks. Counts are kept under `label`."""

    def __init__(self, command, name, paths):
        self.command, self.name, self.paths, self.label = command, name, paths, command

    def run(self, program, backend, fixtures, scratch):
        output = scratch / f"answer-{os.getpid()}.json"  # shards may run side by side
        output.unlink(missing_ok=True)
        answer = program.ask(self.command, backend, self.paths, output)
        share = device_failures(self, answer) if backend == "opencl" else {}
        if self.command == "run":
            return block_result(answer, more=share)
        counts = {key: answer[key] for key in ("passed", "failed", "skipped")}
        counts["failed"] += len(share)
        failures = {**dict(fixture_names(answer, fixtures)), **share}
        return {**counts, "other": answer["other"], "failures": failures, "skips": answer["skips"]}


def device_failures(unit, answer):
    """A run on a device whose work went to the CPU proves nothing. What is the CPU's to judge or comes before Byzantium does not count."""
    routes = [block["routes"] for block in answer["blocks"]] if unit.command == "run" else [answer["routes"]]
    reasons = collections.Counter()
    for route in routes:
        reasons.update(route["reasons"])
    device = reasons["elsewhere"]
    left = sum(count for reason, count in reasons.items()
               if reason not in CPU_ROUTES and reason not in CPU_VERDICTS and reason != "elsewhere")
    if device + left < DEVICE_UNIT:
        return {}
    print(f"        {device} of {device + left} transactions were committed as the device computed them")
    if device >= DEVICE_SHARE * (device + left):
        return {}
    return {f"the device's share of {unit.name}": f"{device} of {device + left} transactions"}


class GethChain:
    """Blocks that go-ethereum made on a chain of its own, each with its whole state: every root is checked. By themselves, or those in a
    row as windows."""

    command = "run"

    def __init__(self, folder, windows=False):
        self.folder, self.windows = folder, windows
        kind = "geth-windows" if windows else "geth"
        self.name, self.label = f"{kind}/{folder.name}", f"run-{kind}-{folder.name}"

    def run(self, program, backend, fixtures, scratch):
        output = scratch / f"answer-{os.getpid()}.json"  # shards may run side by side
        output.unlink(missing_ok=True)
        options = ["--chain", self.folder / "genesis.json", "--strict-state", *(["--window"] if self.windows else [])]
        answer = program.ask("run", backend, [self.folder], output, options)
        return block_result(answer, self.name, device_failures(self, answer) if backend == "opencl" else {})


class RunCases:
    """The lines of tests/run_cases.tsv: inputs as people have them, with exit code and words of the answer."""

    command, name, label = "run", "cases", "run-cases"

    def __init__(self, folder):
        self.folder = folder

    @staticmethod
    def lines():
        rows = (line for line in RUN_CASES.read_text().splitlines() if line and not line.startswith("#"))
        return [row.split("\t") for row in rows]

    def run(self, program, backend, fixtures, scratch):
        failures = {}
        lines = self.lines()
        for arguments, code, words in lines:
            command = [program.path, "run", *arguments.split(), "--backend", backend]
            command += DEVICE_OPTIONS if backend == "opencl" else ()
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
            wrong = [word for word in words.split(" & ") if (word.lstrip("!") in done.stdout) == word.startswith("!")]
            if done.returncode != int(code):
                failures[f"cases/run/{arguments}"] = f"expected exit {code}, got {done.returncode}"
            elif wrong:
                failures[f"cases/run/{arguments}"] = f"expected in the output: {wrong}"
        return {"passed": len(lines) - len(failures), "failed": len(failures), "skipped": 0, "failures": failures}


class LeftOut:
    """Takes the place of a unit whose data is not there: its cases count as skipped."""

    def __init__(self, unit, count, reason):
        self.command, self.name, self.label, self.count, self.reason = unit.command, unit.name, unit.label, count, reason

    def run(self, program, backend, fixtures, scratch):
        skips = [{"name": self.name, "reason": self.reason}]
        return {"passed": 0, "failed": 0, "skipped": self.count, "failures": {}, "skips": skips}


def input_units():
    """Blocks and inputs beside the fixtures: few and fast, so that all of them run on every backend."""
    geth = data_folder("WARPEVM_GETH", "geth", "the blocks of go-ethereum's own chains")
    for chain in GETH_CHAINS:
        for windows in (False, True):
            unit = GethChain((geth or pathlib.Path("geth")) / chain, windows)
            yield unit if geth else LeftOut(unit, 1, "the folder is not there")
    cases = data_folder("WARPEVM_CASES", "cases", "inputs as people have them")
    yield RunCases(cases / "run") if cases else LeftOut(RunCases(None), len(RunCases.lines()), "the folder is not there")


def whole_units(fixtures, blocks):
    if fixtures:
        for command in COMMANDS:
            yield Unit(command, "fixtures", [fixtures])
    if blocks:
        yield Unit("run", "blocks", [blocks])


def sample_units(fixtures, blocks, benchmarks, every=1):
    """`every`: of the files that are chosen only each so-many-th."""
    if fixtures:
        chosen = [path for path in json_files(fixtures) if in_sample(path, fixtures, benchmarks)][::every]
        for command in COMMANDS:
            yield Unit(command, f"a tenth of the fixtures and those with several transactions ({len(chosen)} files)", chosen)
    if blocks:
        yield Unit("run", "a tenth of the blocks", [path for path in sorted(blocks.iterdir()) if in_tenth(path.name)])


def full_units(fixtures, blocks):
    """Folders small enough to be worth resuming between."""
    if fixtures:
        for folder in sorted({path.parent for path in json_files(fixtures)}):
            files = sorted(folder.glob("*.json"))
            for command in COMMANDS:
                yield Unit(command, str(folder.relative_to(fixtures)), files)
    if blocks:
        for path in sorted(blocks.iterdir()):
            yield Unit("run", f"blocks/{path.name}", [path])


def commit():
    return subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()


def data_folder(variable, default, what):
    folder = pathlib.Path(os.environ.get(variable) or ROOT / "build" / "data" / default)
    if folder.is_dir():
        return folder.resolve()
    print(f"left out: {what}, for {folder} is not there (set {variable})")
    return None


def print_skips(skips):
    """By name with the reason; those of a fork that is not yet in scope are many, and counted."""
    coming = collections.Counter(skip["reason"] for skip in skips if skip["reason"].endswith("not yet in scope"))
    for reason, count in coming.items():
        print(f"        {count} skipped: {reason}")
    for skip in skips:
        if skip["reason"] not in coming:
            print(f"        skipped {skip['name']}: {skip['reason']}")


def judge(results, complete):
    """Prints what is not as tests/pending.txt says. `complete` says that every case ran, so that a pass can be told."""
    pending, failures = pending_cases(), {}
    for result in results:
        failures.update(result["failures"])
    bad = [f"FAILED  {name}: {failures[name]}" for name in sorted(set(failures) - pending)]
    if complete:
        bad += [f"PASSED, but tests/pending.txt names it  {name}" for name in sorted(pending - set(failures))]
    print("\n".join(bad[:100]), end="\n" if bad else "")
    if len(bad) > 100:
        print(f"… and {len(bad) - 100} more")
    return len(bad)


def write_counts(path, results):
    """Known failures (those in tests/pending.txt) are a count of their own."""
    known = sum(len(pending_cases() & set(result["failures"])) for result in results)
    counts = {key: sum(result[key] for result in results) for key in ("passed", "failed", "skipped")}
    counts["failed"] -= known
    path.write_text(json.dumps({**counts, "pending": known}))


def run(arguments):
    fixtures = data_folder("WARPEVM_FIXTURES", "fixtures", "the reference fixtures")
    blocks = data_folder("WARPEVM_BLOCKS", "blocks", "the real blocks")
    build = (ROOT / arguments.build).resolve()
    program = Program(build)
    if not program.path.exists():
        sys.exit(f"{program.path} is not built")

    results_folder = ROOT / "build" / "results"
    results_folder.mkdir(parents=True, exist_ok=True)
    bad = run_t8n_table(program, build, results_folder)
    if arguments.full:
        return run_full(arguments, program, fixtures, blocks, build) or (1 if bad else 0)

    inputs = list(input_units())
    for backend in built_in(program.path):
        sample = arguments.sanitized or backend != "serial"
        results = []
        # Kernels as C++ under sanitizers are slow, and each case is a launch of its own.
        every = 10 if arguments.sanitized and backend == "opencl" else 1
        units = sample_units(fixtures, blocks, not arguments.sanitized, every) if sample else whole_units(fixtures, blocks)
        for unit in [*units, *inputs]:
            begin = time.monotonic()
            result = unit.run(program, backend, fixtures, build)
            results.append(result)
            seconds = time.monotonic() - begin
            print(f"{backend:7} {unit.command:9} {unit.name}: {result['passed']} passed, {result['failed']} failed, "
                  f"{result['skipped']} skipped ({seconds:.0f} s)", flush=True)
            if not sample:
                print_skips(result.get("skips", []))
            write_counts(results_folder / f"{build.name}-{backend}-{unit.label}.json", [result])
        bad += judge(results, complete=bool(fixtures and blocks) and not sample)
    return 1 if bad else 0


def run_t8n_table(program, build, results_folder):
    """t8n has one backend, so its table runs once."""
    cases = data_folder("WARPEVM_CASES", "cases", "the inputs of t8n")
    if not cases:
        return 0
    result = t8n_cases.run_table(program.path, cases / "t8n")
    print(f"t8n table: {result['passed']} passed, {result['failed']} failed", flush=True)
    write_counts(results_folder / f"{build.name}-t8n-table.json", [result])
    return judge([result], complete=False)


def run_full(arguments, program, fixtures, blocks, build):
    index, count = (int(part) for part in (arguments.shard or "1/1").split("/"))
    tested = commit()  # others may be made meanwhile
    done_folder = build / "full" / tested
    done_folder.mkdir(parents=True, exist_ok=True)
    inputs = [unit for unit in input_units() if not isinstance(unit, LeftOut)]
    units = [(backend, unit) for backend in built_in(program.path) for unit in [*full_units(fixtures, blocks), *inputs]]
    if not units:
        print("nothing to run, so there is no ledger: set WARPEVM_FIXTURES and WARPEVM_BLOCKS")
        return 1
    for number, (backend, unit) in enumerate(units):
        key = hashlib.sha256(f"{backend} {unit.command} {unit.name}".encode()).hexdigest()[:24]
        record = done_folder / f"{key}.json"
        if number % count != index - 1 or record.exists():
            continue
        result = unit.run(program, backend, fixtures, build)
        result.update(backend=backend, command=unit.command, unit=unit.name)
        record.with_suffix(".new").write_text(json.dumps(result))
        record.with_suffix(".new").rename(record)
    records = [json.loads(path.read_text()) for path in sorted(done_folder.glob("*.json"))]
    write_ledger(tested, records, len(units))
    write_counts(ROOT / "build" / "results" / "full.json", records)
    return 1 if judge(records, complete=bool(fixtures and blocks) and len(records) == len(units)) else 0


def write_ledger(tested, records, planned):
    lines = [f"# commit {tested}, {len(records)} of {planned} units", "\t".join(LEDGER_COLUMNS)]
    kept = [record for record in records if record["passed"] + record["failed"] + record["skipped"]]
    rows = (tuple(str(record[column]) for column in LEDGER_COLUMNS) for record in kept)
    LEDGER.write_text("\n".join(lines + ["\t".join(row) for row in sorted(rows)]) + "\n")
    print(f"{LEDGER.relative_to(ROOT)}: {lines[0][2:]}")


def ctest_counts(path):
    suite = xml.etree.ElementTree.parse(path).getroot()
    total, failed = int(suite.get("tests")), int(suite.get("failures"))
    skipped = int(suite.get("skipped")) + int(suite.get("disabled"))
    left_out = [(case.get("name"), reason(case)) for case in suite.iter("testcase") if case.get("status") in ("notrun", "disabled")]
    return {"passed": total - failed - skipped, "failed": failed, "skipped": skipped, "left_out": left_out}


def reason(case):
    """Why a unit test did not run, by its own words: tests say "left out: ..."."""
    said = [line for line in (case.findtext("system-out") or "").splitlines() if "left out:" in line]
    return said[0].split("left out:", 1)[1].strip() if said else "it does not say why"


def sum_up(arguments):
    """Adds every count up and closes with the line that CI reads. Pending failures count as skipped: they are known, and named."""
    folder = pathlib.Path(arguments.results)
    total = {"passed": 0, "failed": 0, "skipped": 0}
    parts = [(path.stem, json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]
    parts += [(path.stem, ctest_counts(path)) for path in sorted(folder.glob("*.xml"))]
    for name, counts in parts:
        counts["skipped"] += counts.get("pending", 0)
        note = f" ({counts['pending']} of them pending)" if counts.get("pending") else ""
        print(f"{name:32} {counts['passed']:8} passed {counts['failed']:6} failed {counts['skipped']:6} skipped{note}")
        for test, why in counts.get("left_out", []):
            print(f"    left out: {test}: {why}")
        for key in total:
            total[key] += counts[key]
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped", flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    runner = commands.add_parser("run")
    runner.add_argument("--build", default="build")
    runner.add_argument("--sanitized", action="store_true", help="a sample, as sanitizers can afford it")
    runner.add_argument("--full", action="store_true")
    runner.add_argument("--shard", metavar="I/N")
    runner.set_defaults(call=run)
    summing = commands.add_parser("sum")
    summing.add_argument("results")
    summing.set_defaults(call=sum_up)
    arguments = parser.parse_args()
    return arguments.call(arguments)


if __name__ == "__main__":
    sys.exit(main())
