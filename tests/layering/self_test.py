#!/usr/bin/env python3
"""The layering check itself: a clean tree passes, and every kind of violation is found at its line."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_layers  # noqa: E402


class LayeringCheck(unittest.TestCase):
    def problems(self, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = os.path.join(root, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w') as f:
                    f.write(text)
            return check_layers.check(root)

    def assert_one(self, name, text, expected, line=1):
        found = self.problems({name: text})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith('%s:%d: ' % (name, line)), found[0])
        self.assertIn(expected, found[0])

    def test_a_clean_tree_passes(self):
        self.assertEqual([], self.problems({
            'core/queue/q.hpp': '#include <vector>\n#include "core/base/ids.hpp"\n// std::thread and <caf/all.hpp> in a comment\n'
                                'const char* s = "std::mutex";\n',
            'amqp/f.cpp': '#include "amqp/f.hpp"\n#include "core/base/ids.hpp"\n',
            'supervision/s.cpp': '#include <caf/all.hpp>\n#include "core/base/ids.hpp"\n#include <chrono>\nauto t = std::chrono::steady_clock::now();\n',
            'actors/a.cpp': '#include "storage/l.hpp"\n#include "amqp/f.hpp"\n#include <thread>\n#include <boost/asio.hpp>\n',
            'plugins/p.cpp': '#include "actors/api/x.hpp"\n',
            'node/main/m.cpp': '#include "plugins/p.hpp"\n#include "storage/l.hpp"\n',
        }))

    def test_edges_that_point_up_or_sideways_are_found(self):
        for folder, header in [('core', 'amqp/f.hpp'), ('core', 'actors/a.hpp'), ('amqp', 'supervision/s.hpp'),
                               ('supervision', 'amqp/f.hpp'), ('supervision', 'storage/l.hpp'), ('storage', 'amqp/f.hpp'),
                               ('storage', 'distribution/d.hpp'), ('distribution', 'amqp/f.hpp'), ('distribution', 'actors/a.hpp'),
                               ('actors', 'node/n.hpp'), ('actors', 'plugins/p.hpp'), ('plugins', 'node/n.hpp'),
                               ('plugins', 'storage/l.hpp')]:
            with self.subTest(folder=folder, header=header):
                self.assert_one(folder + '/x.cpp', '\n  #  include "%s"\n' % header, 'may not include ' + header, line=2)

    def test_product_code_may_not_include_tests(self):
        self.assert_one('node/x.cpp', '#include "tests/unit/x.hpp"\n', 'may not include tests')

    def test_relative_includes_are_found(self):
        self.assert_one('core/a/x.cpp', '#include "../base/ids.hpp"\n', 'start at the root')

    def test_the_outside_world_is_kept_out_of_the_pure_folders(self):
        for folder in check_layers.PURE:
            for header in ['caf/all.hpp', 'boost/asio.hpp', 'thread', 'mutex', 'shared_mutex', 'condition_variable', 'random',
                           'fstream', 'unistd.h', 'sys/socket.h', 'openssl/evp.h']:
                with self.subTest(folder=folder, header=header):
                    self.assert_one(folder + '/x.hpp', '#include <%s>\n' % header, 'may not include')

    def test_clocks_threads_locks_and_randomness_are_found_in_the_pure_folders(self):
        for use in ['std::chrono::steady_clock::now()', 'std::chrono::system_clock::now()', 'clock_gettime(0, &t)', 'std::time(nullptr)',
                    'std::thread t', 'std::mutex m', 'std::random_device d', 'std::mt19937_64 g', 'std::rand()', 'getenv("X")']:
            with self.subTest(use=use):
                self.assert_one('core/x.cpp', '\nauto a = %s;\n' % use, 'uses', line=2)

    def test_actors_are_kept_out_of_storage_and_of_pure_machines_elsewhere(self):
        self.assert_one('storage/log.cpp', '#include <caf/all.hpp>\n', 'no actors here')
        self.assert_one('supervision/machine/supervisor.cpp', '#include <caf/all.hpp>\n', 'a pure machine')
        self.assert_one('actors/channel/channel_machine.hpp', '#include <caf/actor.hpp>\n', 'a pure machine')
        self.assert_one('supervision/supervisor_machine.cpp', 'auto t = steady_clock::now();\n', 'uses steady_clock')


if __name__ == '__main__':
    unittest.main()
