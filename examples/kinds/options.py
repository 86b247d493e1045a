"""argparse: options, a choice, help, and the exit status 2 of a wrong one.

    python3 options.py --size N [--colour red|blue] FILE...
"""

import argparse

parser = argparse.ArgumentParser(description="Say what was asked for.")
parser.add_argument("--size", type=int, required=True, help="a number")
parser.add_argument("--colour", choices=["red", "blue"], default="red")
parser.add_argument("files", nargs="+", metavar="FILE")
asked = parser.parse_args()
print(asked.size, asked.colour, asked.files)
