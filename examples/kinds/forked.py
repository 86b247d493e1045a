"""multiprocessing with the start method "fork": a process with a pipe that sees its parent's memory.

    python3 forked.py [NUMBER]
"""

import multiprocessing
import sys

memory = []


def worker(pipe):
    print("in the worker", flush=True)
    pipe.send(sum(memory))
    sys.exit(4)


if __name__ == "__main__":
    memory.extend(range(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=worker, args=(theirs,))
    process.start()
    print("the child says", ours.recv())
    process.join()
    print("ended with", process.exitcode)
