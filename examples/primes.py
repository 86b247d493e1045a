"""Count the primes below a limit by trial division: pure Python, so it keeps one core busy.

Run several copies side by side, and each has a core of its own, because each is a process.

    python3 primes.py [LIMIT]
"""

import sys
import time


def is_prime(n: int) -> bool:
    if n < 2:
        return False
    divisor = 2
    while divisor * divisor <= n:
        if n % divisor == 0:
            return False
        divisor += 1
    return True


def main() -> None:
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    started = time.perf_counter()
    count = 0
    for n in range(limit):
        count += is_prime(n)
        if n and n % max(limit // 10, 1) == 0:
            print(f"{n:>8} looked at, {count} primes", flush=True)
    print(f"{count} primes below {limit} in {time.perf_counter() - started:.2f} s")


main()
