"""The AWS config and credentials files of a test: the only set-up there is for boto3 to find."""

from __future__ import annotations

from pathlib import Path


class AwsFiles:
    """The fixture `aws_files`."""

    def __init__(self, folder: Path) -> None:
        self.config, self.credentials = folder / "config", folder / "credentials"
        self.config.write_text("")
        self.credentials.write_text("")

    def keys(self, **of: str) -> None:
        """Replace the credentials file by one with an access key for each of these profiles."""
        self.credentials.write_text("".join(f"[{name}]\n{key_lines(key)}" for name, key in of.items()))

    def profiles(self, endpoint_url: str, *names: str, region: str = "eu-west-1") -> None:
        """Add profiles of one endpoint to the config file."""
        with self.config.open("a") as config:
            for name in names:
                config.write(f"[profile {name}]\nregion = {region}\nendpoint_url = {endpoint_url}\n")


def key_lines(key: str) -> str:
    return f"aws_access_key_id = {key}\naws_secret_access_key = not-a-secret\n"
