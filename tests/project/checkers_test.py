#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A checker that can't fail checks nothing: each seeded breach must be reported, and a clean tree must not be."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_includes  # noqa: E402
import check_tables  # noqa: E402


class Tree(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        self.write("evm/a.hpp", "#pragma once\n")
        self.write("evm/gas.def", "WARPEVM_GAS(ADD, 3)\nWARPEVM_GAS(MUL, 5)\n")
        self.write("fallback/f.hpp", '#include "evm/a.hpp"\n#include <tbb/task_arena.h>\n')
        self.write("host/h.hpp", '#include "fallback/f.hpp"\n')
        self.write("tests/t.cpp", '#include "host/h.hpp"\n#include <thread>\n')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Includes(Tree):
    def breaches_of(self, name, text):
        self.write(name, text)
        return [breach for breach in check_includes.breaches(self.root) if breach.startswith(f"{name}:")]

    def test_a_clean_tree_has_none(self):
        self.assertEqual(list(check_includes.breaches(self.root)), [])

    def test_an_arrow_the_other_way(self):
        self.assertEqual(len(self.breaches_of("evm/b.cpp", '\n  #  include "host/h.hpp"\n')), 1)
        self.assertEqual(len(self.breaches_of("fallback/b.cpp", '#include "host/h.hpp"\n')), 1)
        self.assertIn(":2:", self.breaches_of("evm/b.cpp", '\n#include "fallback/f.hpp"\n')[0])

    def test_rooms_inside_a_folder(self):
        for name in ("evm/types/t.hpp", "evm/codec/c.hpp", "evm/chain/c.hpp", "fallback/commit/c.hpp", "fallback/p.hpp"):
            self.write(name, "#pragma once\n")
        self.assertEqual(self.breaches_of("evm/codec/b.cpp", '#include "evm/types/t.hpp"\n#include "evm/codec/c.hpp"\n'), [])
        self.assertEqual(len(self.breaches_of("evm/codec/b.cpp", '#include "evm/chain/c.hpp"\n')), 1)
        self.assertEqual(len(self.breaches_of("evm/types/b.cpp", '#include "evm/codec/c.hpp"\n')), 1)
        self.assertEqual(self.breaches_of("fallback/commit/b.cpp", '#include "fallback/p.hpp"\n'), [])
        self.assertEqual(len(self.breaches_of("fallback/p.hpp", '#include "fallback/commit/c.hpp"\n')), 1)
        self.assertEqual(len(self.breaches_of("evm/elsewhere/b.cpp", '#include "evm/types/t.hpp"\n')), 1)

    def test_kernels_take_tables_only(self):
        self.assertEqual(self.breaches_of("kernels/k.cl", '#include "evm/gas.def"\n'), [])
        self.assertEqual(len(self.breaches_of("kernels/k.cl", '#include "evm/a.hpp"\n')), 1)

    def test_spelled_from_the_root(self):
        self.assertEqual(len(self.breaches_of("evm/b.cpp", '#include "a.hpp"\n')), 1)

    def test_no_threads_and_no_device_in_evm(self):
        self.assertEqual(len(self.breaches_of("evm/b.cpp", "#include <thread>\n")), 1)
        self.assertEqual(len(self.breaches_of("evm/b.cpp", "#include <tbb/parallel_for.h>\n")), 1)
        self.assertEqual(len(self.breaches_of("host/b.cpp", "#include <CL/opencl.hpp>\n")), 1)
        self.assertEqual(self.breaches_of("host/device/opencl/b.cpp", "#include <CL/opencl.hpp>\n"), [])


class Tables(Tree):
    def test_a_clean_tree_has_none(self):
        self.assertEqual(list(check_tables.bad_rows(self.root)), [])

    def test_rows_that_are_not_plain(self):
        for row in ("0x03", "3u", "03", "-1", "1 + 2", "f(3)", '"three"', "A::b"):
            self.write("evm/gas.def", f"WARPEVM_GAS(ADD, {row})\n")
            self.assertEqual(len(list(check_tables.bad_rows(self.root))), 1, row)

    def test_what_is_no_row(self):
        self.write("evm/gas.def", "WARPEVM_GAS(ADD, 3) extra\n")
        self.assertRaises(SyntaxError, lambda: list(check_tables.bad_rows(self.root)))

    def test_a_table_that_does_not_expand(self):
        self.assertEqual(check_tables.compile_in(self.root, "c99"), 0)
        self.write("evm/gas.def", "#if NOT_CLOSED\nWARPEVM_GAS(ADD, 3)\n")
        self.assertNotEqual(check_tables.compile_in(self.root, "c99"), 0)


if __name__ == "__main__":
    unittest.main()
