"""json and csv: write a table, read it back, add it up, pick lines with a regular expression.

    python3 tables.py [ROWS]
"""

import collections
import csv
import json
import re
import sys

rows = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
with open("orders.csv", "w", newline="", encoding="utf-8") as f:
    out = csv.DictWriter(f, ["id", "city", "price"])
    out.writeheader()
    for n in range(rows):
        out.writerow({"id": n, "city": ["Köln", "Paris, 5e", 'the "Hague"'][n % 3], "price": n * 13 % 997 / 10})

totals = collections.defaultdict(float)
with open("orders.csv", newline="", encoding="utf-8") as f:
    for row in csv.DictReader(f):
        if re.match(r"\d*[02468]$", row["id"]):
            totals[row["city"]] += float(row["price"])

with open("totals.json", "w", encoding="utf-8") as f:
    json.dump(totals, f, indent=2, sort_keys=True, ensure_ascii=False)
with open("totals.json", encoding="utf-8") as f:
    print({city: round(sum_, 1) for city, sum_ in json.load(f).items()})
