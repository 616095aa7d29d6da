"""`python -m tests`: style, types, import contracts and tests, one after the other; ends with 1 if any fails."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import time
from pathlib import Path

SCRIPTS = Path(sysconfig.get_path("scripts"))

CHECKS = {
    "style": [sys.executable, "-m", "ruff", "check", "."],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "types": [sys.executable, "-m", "mypy"],
    "imports": [str(SCRIPTS / "lint-imports")],
    "tests": [sys.executable, "-m", "pytest", "-q", "-n", "4"],  # half of the time tests wait, for children and servers
}


def main() -> int:
    failed = []
    for name, command in CHECKS.items():
        began = time.monotonic()
        code = subprocess.run(command, cwd=Path(__file__).parent.parent, check=False).returncode
        sys.stdout.write(f"{name}: {'ok' if code == 0 else f'FAILED with {code}'}, {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()
        if code:
            failed.append(name)
    sys.stdout.write(f"{', '.join(failed)} failed\n" if failed else "all passed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
