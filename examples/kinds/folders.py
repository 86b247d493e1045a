"""os.chdir, os.umask and relative files.

    python3 folders.py [NAME]
"""

import os
import pathlib
import shutil
import sys
import tempfile

from meeting import meet

name = sys.argv[1] if len(sys.argv) > 1 else "folder"
os.makedirs(name, exist_ok=True)
os.chdir(name)
os.umask(0o077 if len(name) % 2 else 0o022)
meet()
with open("here.txt", "w") as f:
    f.write(name)
print(os.path.basename(os.getcwd()), sorted(os.listdir(".")), oct(os.stat("here.txt").st_mode & 0o777))
print(pathlib.Path("here.txt").resolve().parent.name, os.path.abspath("x").endswith(name + "/x"))
os.system("cp here.txt copy.txt; basename $(pwd)")
with tempfile.TemporaryDirectory(dir=".") as scratch:
    shutil.copy("copy.txt", scratch)
    print(os.listdir(scratch))
