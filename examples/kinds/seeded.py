"""random with a seed: the same numbers each time, whatever others draw meanwhile.

    python3 seeded.py [SEED]
"""

import random
import sys
from random import choice

from meeting import meet

random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
meet()
deck = list(range(10))
random.shuffle(deck)
print(deck, [random.randint(1, 6) for _ in range(10)], choice("abc"))
state = random.getstate()
first = random.random()
random.setstate(state)
print(first == random.random(), random.Random(5).random())
