"""What `ddbtop` and `python -m ddbtop` run."""

from __future__ import annotations

import sys


def main() -> None:
    from ddbtop.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
