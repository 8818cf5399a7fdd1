"""Tokens that are kept in the database, encrypted under the operator's key where there is one."""

import base64
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import BotError, InvalidSettings
from bot.settings import MIN_KEY_CHARACTERS

_SEALED: Final = "fernet:"
_PLAIN: Final = "plain:"


class WrongKey(BotError):
    """What was kept is encrypted under a key that is not among ours."""


class Cipher:
    """Encrypts under the first of the keys in `AI_NEWS_SECRET_KEY`, and reads what any of them encrypted."""

    def __init__(self, secret_key: str | None) -> None:
        keys = [key.strip() for key in (secret_key or "").split(",") if key.strip()]
        if any(len(key) < MIN_KEY_CHARACTERS for key in keys):
            raise InvalidSettings(
                f"AI_NEWS_SECRET_KEY: a key is too short; use at least {MIN_KEY_CHARACTERS} random "
                "characters, and a comma between several keys, the newest first"
            )
        fernets = [Fernet(_derived(key)) for key in keys]
        self._first = fernets[0] if fernets else None
        self._keys = MultiFernet(fernets) if fernets else None

    def seal(self, text: str) -> str:
        """Return a text as it is kept; as it is where there is no key."""
        if self._keys is None:
            return _PLAIN + text
        return _SEALED + self._keys.encrypt(text.encode()).decode()

    def open(self, kept: str) -> str:
        """Return a text that was kept. Raises `WrongKey`."""
        if kept.startswith(_PLAIN):
            return kept.removeprefix(_PLAIN)
        if self._keys is None:
            raise WrongKey("encrypted, and there is no key")
        try:
            return self._keys.decrypt(kept.removeprefix(_SEALED)).decode()
        except InvalidToken:
            raise WrongKey("encrypted under another key") from None

    def is_current(self, kept: str) -> bool:
        """Return whether a text that `open` takes is kept as `seal` would keep it now."""
        if self._first is None or kept.startswith(_PLAIN):
            return self._first is None
        try:
            self._first.decrypt(kept.removeprefix(_SEALED))
        except InvalidToken:
            return False
        return True


def _derived(key: str) -> bytes:
    """Return Fernet's 32 bytes for a key of any length (HKDF, RFC 5869)."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ai-news: tokens of workspaces")
    return base64.urlsafe_b64encode(derived.derive(key.encode()))
