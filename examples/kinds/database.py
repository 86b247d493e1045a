"""sqlite3: a database in a file, rolled back once, and one in memory.

    python3 database.py [ROWS]
"""

import os
import sqlite3
import sys

rows = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
path = f"sales-{rows}.db"
if os.path.exists(path):
    os.remove(path)
with sqlite3.connect(path) as db:
    db.execute("PRAGMA synchronous = OFF")
    db.execute("CREATE TABLE sales (shop TEXT, amount INTEGER)")
    db.executemany("INSERT INTO sales VALUES (?, ?)", ((f"shop {n % 7}", n * 37 % 101) for n in range(rows)))
try:
    with db:
        db.execute("DELETE FROM sales")
        raise LookupError("rolled back")
except LookupError as why:
    print(why, db.execute("SELECT count(*) FROM sales").fetchone()[0])
for shop, total in db.execute("SELECT shop, sum(amount) FROM sales GROUP BY shop ORDER BY shop"):
    print(shop, total)
db.close()

memory = sqlite3.connect(":memory:")
memory.create_function("double", 1, lambda x: 2 * x)
print(memory.execute("SELECT double(21)").fetchone())
memory.close()
os.remove(path)
