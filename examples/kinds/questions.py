"""input() and standard input: questions, then all lines that are left, then the end.

    echo "Ada
    36
    more" | python3 questions.py
"""

import sys

name = input("Your name? ")
age = int(input("Your age? "))
print(f"{name} will be {age + 1}")
for number, line in enumerate(sys.stdin, 1):
    print(number, repr(line))
try:
    input("Anything else? ")
except EOFError:
    print("no")
