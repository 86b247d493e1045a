"""A script that imports a module beside it, which keeps something for itself.

    python3 neighbour.py [SQUARES]
"""

import importlib
import sys

import shapes
from shapes import Square

squares = [Square(side) for side in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)]
print(shapes.counter, sum(square.area() for square in squares), type(squares[0]).__module__)
print(sys.modules["shapes"].counter, importlib.import_module("shapes") is shapes)
importlib.reload(shapes)
print(shapes.counter, isinstance(squares[0], shapes.Square))
