"""Who makes calls to AWS: one profile's configuration and credentials, whatever the region and the service."""

from __future__ import annotations

import threading
from typing import Any

import botocore.exceptions as boto
from botocore.session import Session

from ddbtop.errors import CannotDo
from ddbtop.streams.awserrors import credentials_found


class Login:
    """Shared by all accounts of one profile, so that a new login of one is every other's. Safe for several threads."""

    def __init__(self, profile: str = "", *, demo: bool = False) -> None:
        """Raises `CannotDo` where the configuration cannot be read. `demo`: nothing of the user's is looked at."""
        self.profile = profile
        self.demo = demo
        self.asks = False
        """Credentials were asked for on the terminal, so nobody may look for new ones while it shows something else."""
        self._making = threading.Lock()
        """botocore's sessions lose components when two threads make clients of one."""
        self.session = _whole(self._new_session())

    def ask(self, needed: bool) -> None:
        """Find credentials, asking for whatever the profile asks for (MFA, a helper's prompt)."""
        self.asks = True
        with self._making:
            self._credentials(self.session, needed)

    def renew(self) -> None:
        """Forget credentials: the next client looks for them again. Raises `CannotDo` as at first.

        What botocore has loaded of services and endpoints stays: megabytes a session, which are garbage in circles.
        """
        session = self._new_session()
        session.register_component("data_loader", self.session.get_component("data_loader"))
        self.session = _whole(session)

    def client(self, service: str, *, needed: bool, **options: Any) -> Any:
        """A client of the present session. Without `needed`, any key will do where there is none.

        Raises `LoginEnded`, `CannotDo`, and `NetworkFault` where credentials come from elsewhere.
        """
        with self._making:
            session = self.session
            if self._credentials(session, needed) is None:
                options |= {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
            try:
                return session.create_client(service, **options)
            except (boto.BotoCoreError, ValueError) as error:
                raise CannotDo(f"the AWS configuration cannot be used: {error}") from error

    def _new_session(self) -> Session:
        if self.demo:
            nothing = (None, None, None, None)
            return Session({"profile": nothing, "config_file": nothing, "credentials_file": nothing})
        try:
            session = Session(profile=self.profile or None)
            session.full_config  # noqa: B018 -- parses the config files, which may be broken
            session.get_config_variable("region")
        except boto.ProfileNotFound as error:
            raise CannotDo(str(error), "`aws configure list-profiles` lists them") from None
        except boto.BotoCoreError as error:
            raise CannotDo(f"the AWS configuration cannot be read: {error}") from None
        return session

    def _credentials(self, session: Session, needed: bool) -> object:
        """The session's credentials; None where there are none and none are needed."""
        if self.demo:
            return None

        def found() -> object:
            credentials = session.get_credentials()
            if credentials is None:
                if needed:
                    raise boto.NoCredentialsError
                return None
            credentials.get_frozen_credentials()
            return credentials

        return credentials_found(found)


def _whole(session: Session) -> Session:
    """With the endpoints' data loaded, which any thread may ask about: two that load it at the same time stumble."""
    session.get_available_partitions()
    return session
