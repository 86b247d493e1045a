"""asyncio: a queue with workers, a timeout, a server and its client, and work in a thread.

    python3 coroutines.py [ITEMS]
"""

import asyncio
import concurrent.futures
import sys


async def worker(queue, results):
    while True:
        item = await queue.get()
        await asyncio.sleep(0.001)
        results.append(item * item)
        queue.task_done()


async def shout(reader, writer):
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()


async def main(items):
    queue, results = asyncio.Queue(), []
    workers = [asyncio.ensure_future(worker(queue, results)) for _ in range(3)]
    for n in range(items):
        queue.put_nowait(n)
    await queue.join()
    for w in workers:
        w.cancel()
    print([type(end).__name__ for end in await asyncio.gather(*workers, return_exceptions=True)])
    print(sorted(results))
    try:
        await asyncio.wait_for(asyncio.sleep(60), 0.01)
    except asyncio.TimeoutError:
        print("too late")

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\n")
    print(await reader.readline())
    writer.close()
    server.close()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        print(await asyncio.get_running_loop().run_in_executor(pool, sum, range(items)))


asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
