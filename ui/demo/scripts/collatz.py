# CPU-bound: looks for the number with the longest Collatz sequence. Valid as Python and as Starlark.
longest = 0
where = 0
limit = 6600
for start in range(1, limit + 1):
    n = start
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    if steps > longest:
        longest = steps
        where = start
        print("%d takes %d steps" % (where, longest))
print("longest below %d: %d, in %d steps" % (limit, where, longest))
