# This is parallax's. Python runs it before a script that parallax has started as a process, so that
# one can ask where the script is. It takes itself out of the way at once: sys.path, the environment
# and the descriptors are then as without it, and a sitecustomize of the user's own is run instead.
# It runs in every Python from 2.7 on; before 3.5 it only takes itself out of the way.


def arrange():
    import os
    import sys

    here, more, rest = os.environ.get("PYTHONPATH", "").partition(os.pathsep)
    if here != os.path.dirname(__file__):
        return
    told = os.environ.pop("PARALLAX_INSIDE", "").split(":")
    sys.path[:] = [p for p in sys.path if p != here]
    sys.path_importer_cache.pop(here, None)
    if more:
        os.environ["PYTHONPATH"] = rest
    else:
        del os.environ["PYTHONPATH"]
    if len(told) != 4:
        return
    fd, dev, ino, sig = [int(n) for n in told]
    try:
        is_ = os.fstat(fd)
    except OSError:
        return
    if (is_.st_dev, is_.st_ino) != (dev, ino):  # somebody between parallax and us has closed it
        return
    try:
        if sys.version_info >= (3, 5):
            listen(os, fd, sig)
    finally:
        os.close(fd)


def listen(os, fd, sig):
    import faulthandler

    for high in range(200, 250):  # out of the way of what the script opens
        try:
            os.fstat(high)
        except OSError:
            break
    else:
        return
    os.dup2(fd, high, inheritable=False)
    faulthandler.register(sig, file=high, all_threads=True, chain=False)
    os.write(high, b"%d\n" % high)


try:
    arrange()
except Exception:  # a script must run, whatever is wrong here
    pass

import sys

itself = sys.modules.pop(__name__)  # kept, for Python 2 clears a module that nobody holds
import sitecustomize  # the user's; without one this fails as it does without us
