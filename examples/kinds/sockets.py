"""socket.setdefaulttimeout: how long any new socket waits.

    python3 sockets.py [SECONDS]
"""

import socket
import sys

from meeting import meet

socket.setdefaulttimeout(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
meet()
with socket.socket() as s:
    print(s.gettimeout())
