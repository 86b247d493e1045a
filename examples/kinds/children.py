"""subprocess, os.system and os.popen: children that inherit, that are fed, that fail.

    python3 children.py [WORD]
"""

import os
import subprocess
import sys

word = sys.argv[1] if len(sys.argv) > 1 else "word"
os.environ["WORD"] = word
subprocess.run(["sh", "-c", 'echo "inherited $WORD"; echo "error $WORD" >&2'], check=True)
print(subprocess.check_output(["sh", "-c", "echo $WORD | tr a-z A-Z"], text=True).strip())
print(subprocess.run(["sort", "-r"], input=f"a\n{word}\n", stdout=subprocess.PIPE, text=True).stdout.split())
print(subprocess.run([sys.executable, "-c", "import sys; sys.exit(7)"]).returncode)
sys.stdout.flush()
print(os.system("echo by the shell; exit 3") >> 8)
with os.popen("cat", "w") as pipe:
    pipe.write(f"through a pipe, {word}\n")
try:
    subprocess.run(["false"], check=True)
except subprocess.CalledProcessError as fault:
    print(fault)
try:
    subprocess.run(["sleep", "60"], timeout=0.01)
except subprocess.TimeoutExpired as fault:
    print(type(fault).__name__)
