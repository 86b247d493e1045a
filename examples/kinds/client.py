"""I/O-bound: asks a web server for pages, some over one connection, some side by side.

    python3 client.py HOST:PORT [PAGES]
"""

import http.client
import json
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

address = sys.argv[1]
pages = int(sys.argv[2]) if len(sys.argv) > 2 else 3

connection = http.client.HTTPConnection(address, timeout=30)
for page in range(pages):
    connection.request("GET", f"/page/{page}", headers={"X-Client": str(pages)})
    answer = connection.getresponse()
    print(answer.status, answer.getheader("Content-Type"), json.loads(answer.read()))
connection.close()

# Proxies of the environment are for the world outside.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(page):
    with opener.open(f"http://{address}/page/{page}", timeout=30) as answer:
        return json.load(answer)["page"]


with ThreadPoolExecutor(3) as pool:
    print(sorted(pool.map(fetch, range(pages))))
try:
    opener.open(f"http://{address}/missing", timeout=30)
except urllib.error.HTTPError as fault:
    with fault:
        print(fault.code, fault.reason)
