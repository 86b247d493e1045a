"""Bytes to standard output: every value, NUL, a half line, another encoding, and past Python's buffers.

    python3 binary.py [REPEAT]
"""

import os
import sys

repeat = int(sys.argv[1]) if len(sys.argv) > 1 else 1
sys.stdout.buffer.write(bytes(range(256)) * repeat)
sys.stdout.flush()
os.write(1, b"\0raw\r\n")
os.write(sys.stdout.fileno(), b"by its number\n")
sys.stdout.reconfigure(encoding="latin-1", errors="replace")
print("é €")
print(sys.stdin.read() == "", sys.stdout.isatty(), end="")
