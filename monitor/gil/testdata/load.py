"""Four threads of one kind of load. Says "up" when they run, ends when its input does.

A line "exec" on its input has it become the same program once more, "cat" another one.
"""
import hashlib
import os
import queue
import select
import sys
import threading
import time

kind = sys.argv[1]
held = threading.Lock()
held.acquire()
empty = queue.Queue()
condition = threading.Condition()
big = bytearray(64 << 20) if kind == "sha" else b""


def pure():
    n = 0
    while True:
        n += 1


def sha():
    while True:
        hashlib.sha256(big).digest()


def sleep():
    while True:
        time.sleep(0.2)


def timed():
    while True:
        held.acquire(timeout=0.2)


def wait():
    with condition:
        condition.wait()


kinds = {
    "pure": [pure] * 4,
    "sha": [sha] * 4,
    "sleep": [sleep] * 4,
    "locks": [held.acquire, timed, empty.get, wait, lambda: select.select([], [], [], 3600)],
    "many": [held.acquire] * 16,
}

if kind == "interpreters":
    import _interpreters

    code = "while True: pass"
    shares = _interpreters.create("legacy")
    kinds[kind] = [lambda i=i: _interpreters.run_string(i, code) for i in (_interpreters.create(), _interpreters.create())]

for target in kinds[kind]:
    threading.Thread(target=target, daemon=True).start()
# OpenSSL's functions release the GIL, those of a Python built without it need not.
print("up", hashlib.sha256.__module__, flush=True)
for line in sys.stdin:
    if line.strip() == "exec":
        os.execv(sys.executable, [sys.executable] + sys.argv)
    if line.strip() == "cat":
        os.execvp("cat", ["cat"])
os._exit(0)
