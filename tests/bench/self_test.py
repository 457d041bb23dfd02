#!/usr/bin/env python3
"""The parts of the runner that decide: which rows pass, what the table says."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import report  # noqa: E402
import rows  # noqa: E402


class Bench(unittest.TestCase):
    def test_a_throughput_row_passes_from_its_multiple_of_the_peer_on(self):
        row = rows.chosen(['publish'])[0]
        self.assertTrue(rows.passes(row, 2_000_000, 100_000))
        self.assertFalse(rows.passes(row, 1_999_999, 100_000))
        self.assertIsNone(rows.passes(row, 2_000_000, None))

    def test_latency_passes_up_to_half_of_the_peers(self):
        row = rows.chosen(['latency'])[0]
        self.assertTrue(rows.passes(row, 3.5, 7.0))
        self.assertFalse(rows.passes(row, 3.6, 7.0))

    def test_absolute_rows_need_no_peer(self):
        row = rows.chosen(['rss'])[0]
        self.assertTrue(rows.passes(row, 30.0, None))
        self.assertFalse(rows.passes(row, 30.1, 500))

    def test_unknown_rows_are_refused_and_keys_are_unique(self):
        with self.assertRaises(KeyError):
            rows.chosen(['publish', 'nonsense'])
        self.assertEqual(len(rows.ROWS), len({row.key for row in rows.ROWS}))
        self.assertEqual(rows.chosen([]), rows.ROWS)

    def test_every_row_has_a_floor_that_can_be_judged(self):
        for row in rows.ROWS:
            self.assertTrue((row.times is None) != (row.at_most is None), row.key)

    def test_the_table_has_medians_and_a_ratio(self):
        out = report.Report('.', 3)
        row = rows.chosen(['e2e'])[0]
        out.add(row, [1000.0, 3000.0, 2000.0], [100.0, 100.0, 50.0], True, [])
        self.assertIn('| 2,000 msg/s | 100 | 20.0 × | ≥ 14 × | yes |', out.markdown())

    def test_a_failed_run_is_told_and_no_success(self):
        out = report.Report('.', 3)
        out.add(rows.chosen(['rss'])[0], [20.0], [], True, ['Warren, run 2: gone'])
        self.assertIn('| failed |', out.markdown())
        self.assertIn('- rss: Warren, run 2: gone', out.markdown())


if __name__ == '__main__':
    unittest.main()
