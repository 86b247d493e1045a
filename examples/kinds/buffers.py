"""CPU-bound, but in C: sha256 and zlib on big buffers, which let go of the GIL meanwhile.

    python3 buffers.py [MEBIBYTES]
"""

import hashlib
import sys
import zlib

size = int(sys.argv[1]) if len(sys.argv) > 1 else 8
block = bytes(i * i % 251 for i in range(1 << 16))
buffer = block * (size * 16)
print(hashlib.sha256(buffer).hexdigest())
packed = zlib.compress(buffer, 1)
print(zlib.decompress(packed) == buffer, zlib.crc32(buffer))
