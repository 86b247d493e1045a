"""A bar that is drawn again and again on one line, as tqdm does.

    python3 progress.py [STEPS [SECONDS]]
"""

import sys
import time

steps = int(sys.argv[1]) if len(sys.argv) > 1 else 20
pause = float(sys.argv[2]) if len(sys.argv) > 2 else 0.002
for step in range(steps + 1):
    done = step * 20 // steps
    sys.stderr.write(f"\r{step * 100 // steps:3d}%|{'█' * done}{' ' * (20 - done)}| {step}/{steps}")
    sys.stderr.flush()
    time.sleep(pause)
sys.stderr.write("\n")
print("done", end="")
