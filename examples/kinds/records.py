"""dataclasses, enum, typing and pickle: classes that are found again in __main__.

    python3 records.py [COUNT]
"""

import copy
import dataclasses
import enum
import pickle
import sys
import typing


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass(order=True)
class Item:
    price: float
    name: str = ""
    colour: Colour = Colour.RED
    tags: typing.List[str] = dataclasses.field(default_factory=list)


class Pair(typing.NamedTuple):
    left: int
    right: "Item"


count = int(sys.argv[1]) if len(sys.argv) > 1 else 3
items = [Item(n * 7 % 5, f"item {n}", Colour.BLUE, ["new"]) for n in range(count)]
again = pickle.loads(pickle.dumps(items))
print(again == items, again is items, again[0].colour is Colour.BLUE, type(again[0]) is Item)
print(sorted(items)[0], copy.deepcopy(items) == items)
print(pickle.loads(pickle.dumps(Pair(1, items[0]))), typing.get_type_hints(Pair)["right"] is Item)
