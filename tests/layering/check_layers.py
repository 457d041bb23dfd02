#!/usr/bin/env python3
"""Fails when a folder includes what does not stand below it, or when core or amqp touch the outside world.

    check_layers.py [--root DIR] [--report]

The rules are docs/architecture.md's. Only #include lines and a few words are read; comments and texts are left out.
--report adds the distribution of file lengths.
"""
import argparse
import os
import re
import sys

# folder -> folders whose headers it may include (besides its own)
BELOW = {
    'core': set(),
    'amqp': {'core'},
    'supervision': {'core'},
    'storage': {'core'},
    'distribution': {'core', 'supervision', 'storage'},
    'actors': {'core', 'amqp', 'supervision', 'storage', 'distribution'},
    'plugins': {'core', 'amqp', 'supervision', 'actors'},
    'node': {'core', 'amqp', 'supervision', 'storage', 'distribution', 'actors', 'plugins'},
}
PURE = ('core', 'amqp')  # no actors, clocks, threads, locks, randomness, I/O

PURE_HEADERS = re.compile(
    r'^(caf/|boost/|thread$|mutex$|shared_mutex$|condition_variable$|future$|semaphore$|latch$|barrier$|stop_token$|random$|'
    r'iostream$|fstream$|filesystem$|unistd\.h$|pthread\.h$|sys/|netinet/|arpa/|poll\.h$|fcntl\.h$|openssl/|spdlog/)')
PURE_WORDS = re.compile(
    r'\b(steady_clock|system_clock|high_resolution_clock|clock_gettime|gettimeofday|std::time\b|std::thread|std::jthread|'
    r'std::mutex|std::shared_mutex|std::condition_variable|std::random_device|std::mt19937\w*|std::rand\b|srand|getenv)')
CAF_FREE = ('core', 'amqp', 'storage')  # caf/ may be included only above these

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def without_comments_and_texts(source):
    return NOT_CODE.sub(lambda m: re.sub(r'[^\n]', ' ', m.group(0)), source)


def sources(root, folder):
    for at, folders, files in os.walk(os.path.join(root, folder)):
        folders.sort()
        for name in sorted(files):
            if name.endswith(('.hpp', '.cpp', '.h', '.cc', '.ipp')):
                yield os.path.join(at, name)


def check_file(root, folder, path):
    """Yields (line number, what is wrong)."""
    with open(path, encoding='utf-8') as f:
        source = f.read()
    pure_by_name = '_machine' in os.path.basename(path) or '/machine/' in path.replace(os.sep, '/')
    for number, line in enumerate(source.split('\n'), 1):
        m = INCLUDE.match(line)
        if not m:
            continue
        kind, header = m.groups()
        top = header.split('/')[0]
        if kind == '"' and header.startswith('.'):
            yield number, '"%s": includes start at the root of the repository' % header
        elif kind == '"' and top in BELOW and top != folder and top not in BELOW[folder]:
            yield number, '%s may not include %s: it does not stand below' % (folder, header)
        elif kind == '"' and top in ('tests', 'samples'):
            yield number, '%s may not include %s' % (folder, header)
        elif folder in PURE and PURE_HEADERS.match(header):
            yield number, '%s is pure and may not include <%s>' % (folder, header)
        elif (folder in CAF_FREE or pure_by_name) and header.startswith('caf/'):
            yield number, '%s may not include <%s>: no actors here' % (folder if folder in CAF_FREE else 'a pure machine', header)
    if folder in PURE or pure_by_name:
        for number, line in enumerate(without_comments_and_texts(source).split('\n'), 1):
            m = PURE_WORDS.search(line)
            if m:
                yield number, '%s uses %s: the time comes in with the call, nothing else comes in' % (folder, m.group(1))


def check(root):
    problems = []
    for folder in BELOW:
        for path in sources(root, folder):
            for number, text in check_file(root, folder, path):
                problems.append('%s:%d: %s' % (os.path.relpath(path, root), number, text))
    return problems


def report(root):
    lengths = []
    for folder in BELOW:
        for path in sources(root, folder):
            with open(path, encoding='utf-8') as f:
                lengths.append((sum(1 for _ in f), os.path.relpath(path, root)))
    lengths.sort()
    if not lengths:
        return
    at = lambda share: lengths[min(len(lengths) - 1, int(share * len(lengths)))][0]
    print('%d files, %d lines: half have at most %d, nineteen of twenty at most %d' %
          (len(lengths), sum(n for n, _ in lengths), at(0.5), at(0.95)))
    for n, path in [x for x in lengths if x[0] > 450][::-1]:
        print('  %5d %s' % (n, path))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--root', default=os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    parser.add_argument('--report', action='store_true')
    options = parser.parse_args()
    problems = check(options.root)
    for problem in problems:
        print(problem)
    if options.report:
        report(options.root)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
