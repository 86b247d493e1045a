"""Lets copies of a script wait for each other, so that what they share shows: it is no script.

KINDS_MEET is a folder that all copies know, KINDS_COPIES how many there are, KINDS_COPY which one this
is. Without them there is nobody to wait for.
"""

import os
import time


def meet(place="here"):
    """Return when all copies have come here."""
    folder = os.environ.get("KINDS_MEET")
    if not folder:
        return
    os.makedirs(os.path.join(folder, place), exist_ok=True)
    with open(os.path.join(folder, place, os.environ["KINDS_COPY"]), "w"):
        pass
    deadline = time.monotonic() + 60
    while len(os.listdir(os.path.join(folder, place))) < int(os.environ["KINDS_COPIES"]):
        if time.monotonic() > deadline:
            raise TimeoutError("the other copies did not come")
        time.sleep(0.005)
