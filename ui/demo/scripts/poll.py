# I/O-bound: asks again and again and mostly waits, as a script that polls a server does.
# Valid as Python and as Starlark.
time = __import__("time")
for n in range(1, 9):
    time.sleep(0.4)
    print("poll %d of 8: nothing new" % n)
