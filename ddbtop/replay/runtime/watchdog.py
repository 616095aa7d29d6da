"""A program that ends process groups once its parent is gone, however that ended: `python -I -S watchdog.py`.

Lines on its standard input name groups: `+PID` begins one, `-PID` is over. The end of the input is the parent's end.
"""

import os
import signal
import sys


def main() -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    groups = set()
    for line in sys.stdin.buffer:
        group = int(line[1:])
        if line.startswith(b"+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue  # it is gone, or what has its number now is another's


if __name__ == "__main__":
    main()
