# I/O-bound: asks again and again and mostly waits, as a script that polls a server does.
# Valid as Python and as Starlark.
time = __import__("time")
for n in range(1, 5):
    time.sleep(0.06)
    print("poll %d of 4: nothing new" % n)
