# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tables of tools/dev/report.py, from a report as the contract describes it and from one with gaps."""
import unittest

import report

FULL = {"target": "cortex-m7", "ram": {"arena": 21504, "total": 24000}, "flash": {"weights": 24916, "code": 9000, "total": 34000},
        "latency": {"instructions": 7699897}, "verify": {"samples": 8, "exact": True, "largest_difference": 0},
        "accuracy": {"metric": "top1", "float": 92.917, "compiled": 92.5, "drop": 0.417}}


class ReportTest(unittest.TestCase):
    def test_cells_follow_the_columns(self):
        self.assertEqual(report.cells(FULL), ["92.92", "92.50", "0.42", "21,504", "24,000", "24,916", "9,000", "34,000",
                                              "7,699,897", "same bits"])

    def test_float_code_tells_how_close_it_is(self):
        self.assertEqual(report.verified({"verify": {"exact": False, "largest_difference": 3.4e-6}}), "within 3e-06")

    def test_other_metrics_show_more_digits(self):
        self.assertEqual(report.accuracy({"accuracy": {"metric": "auc", "float": 0.885}}), ["0.8850", "-", "-"])

    def test_gaps_are_dashes(self):
        for gaps in ({}, {"ram": None, "flash": {"total": None}}):
            self.assertEqual(report.cells(gaps), ["-"] * len(report.COLUMNS))

    def test_markdown(self):
        self.assertEqual(report.markdown(["a", "b"], [["1", "2"]]), "| a | b |\n| - | - |\n| 1 | 2 |")

    def test_side_by_side_names_targets(self):
        self.assertIn("cortex-m7", report.side_by_side([FULL, {}]).splitlines()[0])


if __name__ == "__main__":
    unittest.main()
