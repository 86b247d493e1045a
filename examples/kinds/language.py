"""locale: how the C library sorts and writes numbers.

    python3 language.py [LOCALE]
"""

import locale
import sys

from meeting import meet

locale.setlocale(locale.LC_CTYPE, sys.argv[1] if len(sys.argv) > 1 else "C.UTF-8")
meet()
print(locale.setlocale(locale.LC_CTYPE))
