#!/usr/bin/env python3
"""Tests of tools/lint: each plants one thing in a small tree and expects exactly that finding."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

LINT = Path(__file__).resolve().parent / "lint"
LAYERS = "base:\nprotocol: base\ngateway: base protocol\napp: *\n!openssl/ ssl/ base\n"
HEADER = "// A thing.\n#pragma once\n"


def lint(files):
    """What tools/lint says about a tree of these files: (exit code, output)."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in {"layers.txt": LAYERS, **files}.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        run = subprocess.run([sys.executable, str(LINT), root], text=True, capture_output=True,
                             check=False)
        return run.returncode, run.stdout


class LintTest(unittest.TestCase):
    def assert_clean(self, files):
        code, output = lint(files)
        self.assertEqual((code, output.splitlines()[:-1]), (0, []))

    def assert_finds(self, files, finding):
        code, output = lint(files)
        self.assertEqual(code, 1)
        self.assertIn(finding, output)
        self.assertTrue(output.endswith(", 1 failed\n"), output)

    def test_permitted_includes_are_clean(self):
        self.assert_clean({
            "src/connect/gateway/one.h": HEADER + '\n#include "connect/protocol/two.h"\n',
            "src/connect/app/three.cc": '#include "connect/gateway/one.h"\n',
            "src/connect/base/tls.cc": "#include <openssl/ssl.h>\n"})

    def test_an_edge_against_the_layers(self):
        self.assert_finds({"src/connect/protocol/one.cc": '#include "connect/gateway/two.h"\n'},
                          "src/connect/protocol/one.cc:1: protocol may not include gateway")

    def test_a_folder_without_a_layer(self):
        self.assert_finds({"src/connect/other/one.cc": "int a;\n"},
                          "folder other is not in layers.txt")

    def test_a_library_outside_its_folder(self):
        self.assert_finds({"src/connect/gateway/one.cc": "#include <ssl/ssl.h>\n"},
                          "<ssl/ssl.h> belongs in base only")

    def test_a_library_in_a_header(self):
        self.assert_finds({"src/connect/base/one.h": HEADER + "\n#include <openssl/ssl.h>\n"},
                          "<openssl/ssl.h> belongs in .cc files only")

    def test_a_header_without_its_opening(self):
        self.assert_finds({"src/connect/base/one.h": "#pragma once\n"}, "opens with a comment")
        self.assert_finds({"src/connect/base/one.h": "// A thing.\nint a;\n"}, "#pragma once")

    def test_a_long_line(self):
        self.assert_finds({"one.py": "a = '" + "x" * 100 + "'\n"}, "one.py:1: 106 columns")

    def test_unfinished_work(self):
        self.assert_finds({"one.py": "# TO" + "DO: more\n"}, "one.py:1: unfinished")

        self.assert_finds({"one.tsx": "// FIX" + "ME: this\n"}, "one.tsx:1: unfinished")

    def test_a_web_file_that_is_too_long(self):
        self.assert_clean({"one.ts": "a();\n" * 400, "generated/two.ts": "a();\n" * 401})
        self.assert_finds({"one.tsx": "a();\n" * 401}, "one.tsx: 401 lines, at most 400")

    def test_a_path_of_one_machine(self):
        self.assert_finds({"one.md": "See /ho" + "me/alice/notes.\n"}, "one.md:1: a path of one")

    def test_scripts_that_do_not_parse(self):
        self.assert_finds({"one.py": "def f(:\n"}, "one.py:1")
        self.assert_finds({"one": "#!/usr/bin/env bash\nif true; then\n"}, "syntax error")

    def test_code_that_is_not_formatted(self):
        self.assert_finds({"one.cc": "int  a ;\n"}, "make format")


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
