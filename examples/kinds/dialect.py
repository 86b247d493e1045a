"""A library that keeps a table for the whole program: csv and its dialects.

    python3 dialect.py [DELIMITER]
"""

import csv
import sys

from meeting import meet

csv.register_dialect("mine", delimiter=sys.argv[1] if len(sys.argv) > 1 else ";")
meet()
csv.writer(sys.stdout, "mine").writerow([1, 2, 3])
