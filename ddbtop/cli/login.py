"""Whether a profile may ask something on the terminal, told from the AWS config files without botocore.

A question (an MFA code, a helper's prompt) has to come before the screen; every other profile shows its first frame
while credentials are still being looked for.
"""

from __future__ import annotations

import configparser
import os
from pathlib import Path

_ASKING = ("mfa_serial", "credential_process")


def may_ask(profile: str = "") -> bool:
    """Whether finding the credentials of `profile` (empty: the one that boto3 would take) may need the terminal."""
    name = profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default"
    sections = _sections()
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        section = sections.get(name, {})
        if any(section.get(key) for key in _ASKING):
            return True
        name = section.get("source_profile", "")
    return False


def _sections() -> dict[str, dict[str, str]]:
    """Profiles by name, of the config and the credentials file together; broken files are botocore's to complain of."""
    found: dict[str, dict[str, str]] = {}
    home = Path("~/.aws").expanduser()
    for path in (
        os.environ.get("AWS_CONFIG_FILE", home / "config"),
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", home / "credentials"),
    ):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(Path(path).expanduser(), encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        for section in parser.sections():
            found.setdefault(section.removeprefix("profile ").strip(), {}).update(parser.items(section))
    return found
