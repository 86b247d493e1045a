"""A neighbour of neighbour.py: it is no script."""

counter = 0


class Square:
    def __init__(self, side):
        global counter
        counter += 1
        self.side = side

    def area(self):
        return self.side**2
