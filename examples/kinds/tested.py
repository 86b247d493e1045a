"""unittest, run as a script: one test passes, one is skipped, one fails.

    python3 tested.py [TEST...]
"""

import unittest
from unittest import mock


class Sums(unittest.TestCase):
    def setUp(self):
        self.numbers = [1, 2, 3]

    def test_sum(self):
        self.assertEqual(sum(self.numbers), 6)

    @unittest.skip("not today")
    def test_skipped(self):
        self.fail("never")

    @mock.patch("__main__.helper", return_value=4)
    def test_wrong(self, helper):
        self.assertEqual(helper(), 5)


def helper():
    return 5


if __name__ == "__main__":
    unittest.main()
