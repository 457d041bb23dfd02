#!/usr/bin/python3
"""Runs the tests of a whole broker: run.py [NAME[:TITLE] …]; without names, all but the slow ones.

NAME is a module such as conformance.queues or semantics (all below it); `:TITLE` narrows to tests whose title contains
that text. WARREN_SERVER names the binary; WARREN_TEST_BROKER=rabbitmq or =host:port tests another broker.
Exit: 0 all passed, 1 something failed, 77 everything was skipped.
"""
import argparse
import importlib
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import testkit  # noqa: E402

TESTS = os.path.dirname(HERE)
# Where test modules live: prefix of the name -> folder.
FOLDERS = {'conformance': os.path.join(HERE, 'conformance'), 'semantics': os.path.join(HERE, 'semantics'),
           'clients': os.path.join(HERE, 'programs'), 'crash': os.path.join(TESTS, 'crash', 'binary'),
           'hostile': os.path.join(TESTS, 'hostile'), 'ctl': os.path.join(HERE, 'ctl'),
           'cluster': os.path.join(TESTS, 'cluster')}


def modules():
    found = []
    for prefix, folder in FOLDERS.items():
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        found += [(prefix + '.' + n[5:-3], folder, n[:-3]) for n in names
                  if n.startswith('test_') and n.endswith('.py')]
    return found


def load(name, folder, file):
    if folder not in sys.path:
        sys.path.append(folder)
    spec = importlib.util.spec_from_file_location(name, os.path.join(folder, file + '.py'))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    module.TITLE = name
    spec.loader.exec_module(module)
    return module


def main():
    import importlib.util  # noqa: F401
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('names', nargs='*')
    arguments.add_argument('--list', action='store_true', help='print the modules and end')
    arguments.add_argument('--quiet', action='store_true', help='print failures and totals only')
    options = arguments.parse_args()
    known = modules()
    if options.list:
        print('\n'.join(n for n, _, _ in known))
        return 0
    chosen = []
    for wanted in options.names or [n for n, _, _ in known]:
        name, _, title = wanted.partition(':')
        hits = [(m, title) for m in known if m[0] == name or m[0].startswith(name + '.')]
        if not hits:
            print('no test module', name, file=sys.stderr)
            return 2
        chosen += hits
    result, shared, began = testkit.Result(), testkit.SharedBrokers(), time.monotonic()
    try:
        for module, title in chosen:
            testkit.run_module(load(*module), title, result, shared, verbose=not options.quiet)
    finally:
        shared.close()
    if len(chosen) > 1 or options.quiet:
        for what, why in result.failed:
            print('failed: ' + what)
    print('%d passed, %d failed, %d skipped in %.1f s' % (result.passed, len(result.failed), len(result.skipped),
                                                         time.monotonic() - began))
    if not (result.passed or result.failed or result.skipped):
        print('no test has such a title', file=sys.stderr)
        return 2
    return 1 if result.failed else 77 if result.skipped and not result.passed else 0


if __name__ == '__main__':
    sys.exit(main())
