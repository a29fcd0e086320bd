#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom: check_includes.py ROOT. The arrows are those of the README's tour; ends 1 and names each breach.

Also: includes in quotes are spelled from the root and exist, evm/ knows no threads and no device, and only the device layer
knows OpenCL.
"""

import pathlib
import re
import sys

# Whose files the files of a folder may include, their own aside. Written out in full, since arrows are transitive.
MAY_INCLUDE = {
    "evm": set(),
    "kernels": {"evm"},  # its tables and records only, see below
    "fallback": {"evm"},
    "host": {"evm", "kernels", "fallback"},
    "bench": {"evm", "kernels", "fallback", "host"},
    "tools": {"evm", "kernels", "fallback", "host", "bench"},
    "tests": {"evm", "kernels", "fallback", "host", "bench", "tools"},
}
# The same for the rooms inside a folder, from the bottom. "" is the folder's own face.
ROOMS = {
    "evm": {
        "base": set(),
        "types": {"base"},
        "crypto": {"base"},
        "codec": {"base", "types", "crypto"},
        "trie": {"base", "types", "crypto", "codec"},
        "state": {"base", "types", "crypto", "codec", "trie"},
        "vm": {"base", "types", "crypto", "codec", "state"},
        "chain": {"base", "types", "crypto", "codec", "trie", "state", "vm"},
    },
    "fallback": {
        "table": set(),
        "schedule": {"table"},
        "": {"table", "schedule"},
        "commit": {"", "table", "schedule"},
    },
    "host": {
        "device": set(),
        "keccak": {"device"},
        "senders": {"device"},
        "offload": {"device", "keccak", "senders"},
        "engine": {"device", "keccak", "senders", "offload"},
        "simulate": {"device", "keccak", "senders", "offload", "engine"},
        "api": {"device", "keccak", "senders", "offload", "engine", "simulate"},
    },
}
# System headers that only some folders may name: a pattern, and where it is allowed.
SYSTEM_HEADERS = (
    (re.compile(r"^(thread|future|barrier|latch|semaphore)$|^(tbb|oneapi)/"), ("fallback", "host", "bench", "tools", "tests")),
    (re.compile(r"^CL/"), ("host/device/opencl",)),
)
# The flat form of results, which kernels fill.
RECORDS = "evm/types/records.h"
SOURCES = {".hpp", ".cpp", ".h", ".c", ".cl", ".def", ".inc"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def room(path):
    return path.parts[1] if len(path.parts) > 2 else ""


def breaches_of_rooms(file, target):
    folder, own, other = file.parts[0], room(file), room(target)
    may = ROOMS.get(folder)
    if may is None or target.parts[0] != folder or own == other:
        return
    if own not in may:
        yield f'is in {folder}/{own}/, a room that is not listed here'
    elif other not in may[own]:
        yield f'includes "{target}": {folder}/{own} must not know {folder}/{other or "*.hpp"}'


def breaches_of_quoted(root, file, target):
    folder, other = file.parts[0], pathlib.PurePosixPath(target).parts[0]
    if not (root / target).is_file():
        yield f'includes "{target}", which is not there (spell it from the root)'
    elif other != folder and other not in MAY_INCLUDE[folder]:
        yield f'includes "{target}": {folder}/ must not know {other}/'
    elif other == folder:
        yield from breaches_of_rooms(file, pathlib.PurePosixPath(target))
    elif folder == "kernels" and other == "evm" and not target.endswith(".def") and target != RECORDS:
        yield f'includes "{target}": kernels/ may take only tables (.def) and records.h from evm/'


def breaches_of_system(file, target):
    for pattern, allowed in SYSTEM_HEADERS:
        if pattern.search(target) and not str(file).startswith(allowed):
            yield f"includes <{target}>, which only {', '.join(allowed)} may"


def breaches(root):
    for folder in MAY_INCLUDE:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SOURCES:
                continue
            file, text = path.relative_to(root), path.read_text()
            for match in INCLUDE.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                quoted, system = match.groups()
                found = breaches_of_quoted(root, file, quoted) if quoted else breaches_of_system(file, system)
                for breach in found:
                    yield f"{file}:{line}: {breach}"


def main():
    found = list(breaches(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(found) if found else "every include follows the arrows")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
