# CPU-bound: counts the ways to place queens on boards of growing size. Valid as Python and as Starlark.
def place(n, row, columns, left, right):
    if row == n:
        return 1
    ways = 0
    for c in range(n):
        if not columns[c] and not left[row + c] and not right[row - c + n - 1]:
            columns[c] = True
            left[row + c] = True
            right[row - c + n - 1] = True
            ways += place(n, row + 1, columns, left, right)
            columns[c] = False
            left[row + c] = False
            right[row - c + n - 1] = False
    return ways

for n in range(4, 11):
    ways = 0
    for first in range(3): # as much work as the other scripts
        ways = place(n, 0, [False] * n, [False] * (2 * n), [False] * (2 * n))
    print("%d x %d: %d ways" % (n, n, ways))
