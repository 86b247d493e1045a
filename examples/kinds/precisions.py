"""decimal: the precision for all threads, set in DefaultContext as its manual says.

    python3 precisions.py [DIGITS]
"""

import decimal
import sys
import threading

from meeting import meet

decimal.DefaultContext.prec = int(sys.argv[1]) if len(sys.argv) > 1 else 12
meet()
thread = threading.Thread(target=lambda: print(decimal.Decimal(1) / 7))
thread.start()
thread.join()
