# SPDX-License-Identifier: Apache-2.0
"""Which backends a warpevm program has."""

import os
import pathlib
import subprocess

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent / "examples" / "blocks"


def built_in(program):
    """Serial always is; the program refuses a backend that it lacks as a wrong argument (exit 2)."""
    found = ["serial"]
    for backend in ("cpu", "opencl"):
        command = [program, "run", EXAMPLES, "--backend", backend, "--quiet", "--json", os.devnull]
        if subprocess.run(command, capture_output=True).returncode != 2:
            found.append(backend)
    return found
