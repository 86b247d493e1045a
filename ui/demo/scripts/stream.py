# I/O-bound: a little work for each of many messages that come slowly, with a bar that is redrawn.
# Valid as Python and as Starlark.
time = __import__("time")
total = 20
for n in range(1, total + 1):
    time.sleep(0.012)
    done = n * 20 // total
    print("\rreceived [%s%s] %d of %d" % ("#" * done, "." * (20 - done), n, total), end="", flush=True)
print("")
print("all %d messages received" % total)
