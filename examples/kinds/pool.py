"""Threads in a script: a pool, a queue with workers, thread-local values, and one that raises.

    python3 pool.py [TASKS]
"""

import queue
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 20
local = threading.local()
local.value = "main"


def task(n):
    local.value = n
    return local.value * n


with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(task, range(tasks))), local.value)

todo, done, lock = queue.Queue(), [], threading.Lock()


def worker():
    for item in iter(todo.get, None):
        with lock:
            done.append(item)


threads = [threading.Thread(target=worker, name=f"worker {n}") for n in range(3)]
for thread in threads:
    thread.start()
for n in range(tasks):
    todo.put(n)
for thread in threads:
    todo.put(None)
for thread in threads:
    thread.join()
print(sorted(done) == list(range(tasks)), threading.current_thread() is threading.main_thread())

faulty = threading.Thread(target=lambda: 1 // 0, name="faulty")
faulty.start()
faulty.join()
threading.Thread(target=lambda: print("the last, after the script's own end"), name="late").start()
