"""Sends a message there and back until it is told how long that takes, and prints the seconds of one.

It is run as: talk.py WITH, which says what the other side is and by what both talk. It runs on every
Python from 2.7 on, as far as that has what is asked for.
"""

import os
import sys
import threading
import time

SPAN = 0.03  # seconds of talking: many times what the clock can tell apart
MESSAGE = b"12345678"

clock = getattr(time, "perf_counter", time.time)


def measure(send, receive):
    """Returns the seconds that a message takes there and back."""
    for _ in range(2):  # the other side begins, and imports what it needs
        send(MESSAGE)
        receive()
    trips = 1
    while True:
        began = clock()
        for _ in range(trips):
            send(MESSAGE)
            receive()
        span = clock() - began
        if span >= SPAN:
            return span / trips
        trips *= 2


def echo(send, receive):
    """Sends back what comes, until that is the word to end."""
    while True:
        message = receive()
        if not message or message == b"end":
            return
        send(message)


def thread_queue():
    try:
        import queue
    except ImportError:
        import Queue as queue  # 2.7
    there, back = queue.Queue(), queue.Queue()
    peer = threading.Thread(target=echo, args=(back.put, there.get))
    peer.start()
    try:
        return measure(there.put, back.get)
    finally:
        there.put(b"end")
        peer.join()


def process_pipe():
    (there_out, there_in), (back_out, back_in) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(there_in)  # else it would never read the end
            echo(lambda message: os.write(back_in, message), lambda: os.read(there_out, len(MESSAGE)))
        finally:
            os._exit(0)
    try:
        return measure(lambda message: os.write(there_in, message), lambda: os.read(back_out, len(MESSAGE)))
    finally:
        os.close(there_in)
        os.waitpid(child, 0)


def process_queue():
    import multiprocessing

    # The cost of a message is the same however the other side was started; a fork needs no file.
    context = multiprocessing
    if hasattr(multiprocessing, "get_context"):
        context = multiprocessing.get_context("fork")
    there, back = context.Queue(), context.Queue()
    peer = context.Process(target=echo, args=(back.put, there.get))
    peer.daemon = True
    peer.start()
    try:
        return measure(there.put, back.get)
    finally:
        there.put(b"end")
        peer.join()


# What the other interpreter runs: the text of echo, for it has nothing of this one. Its queues are
# numbers, there and back.
QUEUES_314 = """
from concurrent.interpreters import Queue
there, back = Queue({}), Queue({})
while (message := there.get()) != b"end":
    back.put(message)
"""
QUEUES_313 = """
import _interpqueues as queues, time
def receive(queue):
    while not queues.get_count(queue):
        time.sleep(0.01)
    return queues.get(queue)[0]
while (message := receive({0})) != b"end":
    queues.put({1}, message, 0, 3)
"""
PIPES = """
import os
while message := os.read({}, 8):
    os.write({}, message)
"""


def beside(code, talk, stop):
    """Runs code in an interpreter of its own while this one talks to it."""
    if sys.version_info >= (3, 14):
        from concurrent import interpreters

        peer = interpreters.create()
        run, close = getattr(peer, "exec"), peer.close  # a keyword of 2.7
    else:
        import _interpreters

        number = _interpreters.create("isolated")

        def run(code):
            _interpreters.exec(number, code)

        def close():
            _interpreters.destroy(number)

    runs = threading.Thread(target=run, args=(code,))
    runs.start()
    try:
        return talk()
    finally:
        stop()
        runs.join()
        close()


def interpreter_queue():
    if sys.version_info >= (3, 14):
        from concurrent import interpreters

        there, back = interpreters.create_queue(), interpreters.create_queue()
        code = QUEUES_314.format(there.id, back.id)
        return beside(code, lambda: measure(there.put, back.get), lambda: there.put(b"end"))
    import _interpqueues as queues

    there, back = (queues.create(0, 0, 3) for _ in range(2))

    def send(message):
        queues.put(there, message, 0, 3)  # what is shareable only; UNBOUND

    def receive():  # as the queue of 3.14 does: it looks every 10 ms
        while not queues.get_count(back):
            time.sleep(0.01)
        return queues.get(back)[0]

    return beside(QUEUES_313.format(there, back), lambda: measure(send, receive), lambda: send(b"end"))


def interpreter_pipe():
    (there_out, there_in), (back_out, back_in) = os.pipe(), os.pipe()
    return beside(
        PIPES.format(there_out, back_in),
        lambda: measure(lambda message: os.write(there_in, message), lambda: os.read(back_out, len(MESSAGE))),
        lambda: os.close(there_in),
    )


if __name__ == "__main__":
    print(repr(globals()[sys.argv[1]]()))
