"""Fetch pages from a slow web server, one after the other: I/O-bound, so it mostly waits.

The server is started by the script itself, on a free port of this machine only, and answers each
request after a while, as one far away would.

    python3 fetch.py [PAGES [SECONDS]]
"""

import http.server
import sys
import threading
import time
import urllib.request


class Slow(http.server.BaseHTTPRequestHandler):
    delay = 0.1

    def do_GET(self) -> None:
        time.sleep(self.delay)
        body = f"this is {self.path}\n".encode() * 100
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the server quiet: what this script has to say is said below."""


def main() -> None:
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    Slow.delay = float(sys.argv[2]) if len(sys.argv) > 2 else 0.1
    # Proxies of the environment are for the world outside; this server is here.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        total = 0
        for page in range(1, pages + 1):
            url = f"http://127.0.0.1:{server.server_port}/page/{page}"
            with opener.open(url, timeout=10) as answer:
                total += len(answer.read())
            print(f"page {page} of {pages}: {total} bytes so far", flush=True)
        server.shutdown()
    print(f"{pages} pages, {total} bytes")


main()
