"""Count the words of a text that the script makes up: the same seed gives the same text.

    python3 words.py [SEED [WORDS]]
"""

import collections
import random
import sys

SYLLABLES = "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu".split()


def text(seed: int, length: int):
    """Yield words. Short ones come up more often than long ones, as in a real text."""
    source = random.Random(seed)
    for _ in range(length):
        yield "".join(source.choices(SYLLABLES, k=source.choice((1, 1, 1, 2, 2, 3))))


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    length = int(sys.argv[2]) if len(sys.argv) > 2 else 300_000
    counts = collections.Counter(text(seed, length))
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10]:
        print(f"{count:>7} {word}")
    print(f"{sum(counts.values())} words, {len(counts)} different")


main()
