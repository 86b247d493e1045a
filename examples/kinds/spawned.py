"""multiprocessing with the start method "spawn": a process with a queue, and a pool.

    python3 spawned.py [NUMBER]
"""

import multiprocessing
import sys


def square(n):
    return n * n


def worker(queue, number):
    print("in the worker", flush=True)
    queue.put((multiprocessing.current_process().name, square(number)))


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=worker, args=(queue, number), name="worker")
    process.start()
    print(queue.get(timeout=60))
    process.join()
    print("ended with", process.exitcode)
    with context.Pool(1) as pool:
        print(pool.map(square, range(number)))
