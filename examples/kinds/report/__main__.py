"""What python3 -m report does."""

import os
import sys

from . import figures as module
from .figures import figures

print(__name__, __package__, __spec__.name, os.path.basename(sys.argv[0]), sys.argv[1:], module.__name__)
for name, value in figures([int(word) for word in sys.argv[1:] or "123"]).items():
    print(name, value)
