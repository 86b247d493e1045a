"""TZ and time.tzset(): the time zone of the C library.

    python3 timezone.py [ZONE]
"""

import os
import sys
import time

from meeting import meet

os.environ["TZ"] = sys.argv[1] if len(sys.argv) > 1 else "UTC0"
time.tzset()
meet()
print(time.tzname, time.strftime("%H:%M %Z", time.localtime(0)))
