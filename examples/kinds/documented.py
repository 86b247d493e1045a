"""doctest, of the script itself.

    python3 documented.py

>>> double(4)
8
"""


def double(n):
    """
    >>> double(2)
    4
    >>> double("x")
    'x'
    """
    return n * 2


if __name__ == "__main__":
    import doctest

    print(doctest.testmod())
