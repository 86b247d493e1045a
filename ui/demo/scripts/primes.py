# CPU-bound: counts primes by trial division. Valid as Python and as Starlark.
limit = 36000
step = 6000
found = 0
for n in range(2, limit + 1):
    prime = True
    d = 2
    while d * d <= n:
        if n % d == 0:
            prime = False
            break
        d += 1
    if prime:
        found += 1
    if n % step == 0:
        print("%d checked, %d primes" % (n, found))
