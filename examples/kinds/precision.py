"""decimal: the precision of the script's context.

    python3 precision.py [DIGITS]
"""

import decimal
import sys

from meeting import meet

decimal.getcontext().prec = int(sys.argv[1]) if len(sys.argv) > 1 else 12
decimal.getcontext().rounding = decimal.ROUND_UP
meet()
print(decimal.Decimal(1) / 7)
with decimal.localcontext() as context:
    context.prec += 2
    print(decimal.Decimal(1) / 7)
print(+decimal.Decimal("0.125"))
