#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the shared tables: check_tables.py ROOT rows | c99 | cxx20 | opencl

rows: each row of a .def file holds names and plain decimal integers only (those in WITH_STRINGS may hold strings too).
The others: each table expands in that language, by a compiler. A missing compiler ends 77, which ctest counts as skipped.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Tables that only the host reads: sentences for people, and a list of addresses.
WITH_STRINGS = {"evm/base/errors.def", "evm/types/forks.def", "evm/chain/dao_accounts.def", "host/offload/route_reasons.def"}
ROW = re.compile(r"^(WARPEVM_\w+)\((.*)\)$")
VALUE = re.compile(r"[A-Za-z_]\w*|0|[1-9][0-9]*")
STRING = re.compile(r'"[^"\\]*"')
COMPILERS = {
    "c99": (("clang-14", "cc"), ("-x", "c", "-std=c99", "-pedantic-errors"), "static const long long"),
    "cxx20": (("clang-14", "c++"), ("-x", "c++", "-std=c++20", "-pedantic-errors"), "static const long long"),
    "opencl": (("clang-14", "clang-19"), ("-x", "cl", "-cl-std=CL1.2"), "__constant long"),
}
SKIPPED = 77


def tables(root):
    return sorted(path for folder in ("evm", "kernels", "host") for path in (root / folder).rglob("*.def"))


def rows_of(path):
    """(line number, macro, columns) of each row; a directive or a comment is no row."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("//")[0].strip()
        if not line or line.startswith("#"):
            continue
        match = ROW.match(line)
        if not match:
            raise SyntaxError(f"{path}:{number}: not a row: {line}")
        columns = re.findall(r'\s*("[^"]*"|[^,]+)', match.group(2))
        yield number, match.group(1), [column.strip() for column in columns]


def bad_rows(root):
    for path in tables(root):
        strings = str(path.relative_to(root)) in WITH_STRINGS
        for number, macro, columns in rows_of(path):
            for column in columns:
                if not VALUE.fullmatch(column) and not (strings and STRING.fullmatch(column)):
                    yield f"{path.relative_to(root)}:{number}: {macro} holds {column}"


def program(root, array):
    """A source that expands each column of each table into an array: numbers as such, names as the size of their spelling."""
    text = []
    for path in tables(root):
        shapes = {}
        for _, macro, columns in rows_of(path):
            numeric = [column.isdigit() for column in columns]
            before = shapes.setdefault(macro, numeric)
            shapes[macro] = [a and b for a, b in zip(before, numeric, strict=True)]
        for macro, numeric in shapes.items():
            for column, is_number in enumerate(numeric):
                text += expansion(path.relative_to(root), shapes, macro, column, is_number, array, len(text))
    return "\n".join(text) + "\n"


def expansion(table, shapes, macro, column, is_number, array, serial):
    value = f"c{column}" if is_number else f"(sizeof #c{column})"
    for other, numeric in shapes.items():
        parameters = ", ".join(f"c{i}" for i in range(len(numeric)))
        yield f"#define {other}({parameters}) {value + ',' if other == macro else ''}"
    yield f"{array} column_{serial}[] = {{"
    yield f'#include "{table}"'
    yield "0};"
    yield from (f"#undef {other}" for other in shapes)


def compile_in(root, language):
    compilers, options, array = COMPILERS[language]
    compiler = next((found for found in map(shutil.which, compilers) if found), None)
    if not compiler:
        print(f"left out: no compiler for {language} (tried {', '.join(compilers)})")
        return SKIPPED
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as source:
        source.write(program(root, array))
        source.flush()
        command = [compiler, *options, "-fsyntax-only", "-Werror", "-Wall", "-Wno-unused", f"-I{root}", source.name]
        done = subprocess.run(command, capture_output=True, text=True)
        print(done.stderr or "every table expands", end="\n")
        return done.returncode


def main():
    root, what = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    if what != "rows":
        return compile_in(root, what)
    found = list(bad_rows(root))
    print("\n".join(found) if found else f"{len(tables(root))} tables hold names and plain decimal integers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
