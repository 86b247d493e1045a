"""Hash and compress a large buffer again and again: CPU-bound, but the work is done in C.

hashlib and zlib let go of the GIL while they work on large buffers, so this is what scales with
threads too, unlike primes.py.

    python3 digest.py [ROUNDS [MEBIBYTES]]
"""

import hashlib
import sys
import zlib


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    size = (int(sys.argv[2]) if len(sys.argv) > 2 else 8) << 20
    buffer = bytes(i * 7 % 251 for i in range(4096)) * (size // 4096)
    digest = b""
    for round_ in range(1, rounds + 1):
        digest = hashlib.sha256(digest + buffer).digest()
        packed = zlib.compress(buffer, 1)
        if zlib.decompress(packed) != buffer:
            sys.exit("zlib does not give back what it was given")
        print(f"round {round_} of {rounds}: {len(packed) / len(buffer):.2%} of {size >> 20} MiB", flush=True)
    print("sha256", digest.hex())


main()
