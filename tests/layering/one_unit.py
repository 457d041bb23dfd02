#!/usr/bin/env python3
"""Compiles (without code) every folder that cmake may build as unity files as one single file.

Names in unnamed namespaces that collide in a unity build do so only for some batches of files, and a new file shifts the batches:
this finds all of them at once. Usage: one_unit.py [FOLDER...]; errors are the compiler's own."""
import glob
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What cmake compiles as one target with UNITY_BUILD: the libraries of cmake/fuzz.cmake and the folders of CMakeLists.txt
# and cmake/tests.cmake.
UNITS = ["core", "amqp", "storage", "distribution/wire", "actors/remote/wire", "supervision", "actors", "node",
         "tests/unit/amqp", "tests/unit/actors", "tests/unit/node"]
APART = ("node/ctl/", "node/main/", "tests/unit/node/ctl/")
FLAGS = ["-std=c++20", "-fsyntax-only", "-DBOOST_ASIO_NO_DEPRECATED", "-DBOOST_BEAST_USE_STD_STRING_VIEW",
         "-DSPDLOG_COMPILED_LIB", "-DSPDLOG_FMT_EXTERNAL", "-DSPDLOG_SHARED_LIB"]


def sources(unit):
    found = sorted(glob.glob(os.path.join(ROOT, unit, "**", "*.cpp"), recursive=True))
    return [s for s in found if not os.path.relpath(s, ROOT).startswith(APART)]


def compiles(unit):
    files = sources(unit)
    if not files:
        print(f"{unit}: there are no sources", file=sys.stderr)
        return False
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as one:
        one.writelines(f'#include "{f}"\n' for f in files)
        one.flush()
        ok = subprocess.run([os.environ.get("CXX", "g++"), *FLAGS, "-I", ROOT, one.name], check=False).returncode == 0
    print(f"{unit}: {len(files)} files {'are' if ok else 'are NOT'} one unit", flush=True)
    return ok


sys.exit(0 if all([compiles(u) for u in (sys.argv[1:] or UNITS)]) else 1)
