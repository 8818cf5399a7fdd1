"""What a modal carries from its opening to its submission, sealed against whoever would change it."""

import hashlib
import hmac
import json
from dataclasses import dataclass

from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a modal is about: the command that it answers, and the channel."""

    command: str
    channel: str


class Seal:
    """Seals for modals, under a key that every process of the same settings has."""

    def __init__(self, settings: Settings) -> None:
        secrets = (
            settings.secret_key,
            settings.slack_signing_secret,
            settings.slack_client_secret,
            settings.slack_bot_token,
        )
        secret = next(filter(None, secrets), "")
        self._key = hashlib.sha256(f"modals {secret}".encode()).digest()

    def seal(self, carried: Carried, team: str, user: str) -> str:
        """Return `private_metadata` (3,000 characters at most) for a modal that `user` of `team` opens."""
        words = [carried.command, carried.channel]
        return json.dumps([*words, self._signature(words, team, user)], ensure_ascii=False)

    def open(self, metadata: str, team: str, user: str) -> Carried | None:
        """Return what was sealed for the same user of the same team; None for anything else."""
        try:
            words = json.loads(metadata)
        except (ValueError, RecursionError):
            return None
        if not (isinstance(words, list) and len(words) == 3 and all(isinstance(word, str) for word in words)):
            return None
        command, channel, signature = words
        expected = self._signature([command, channel], team, user)
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            return None
        return Carried(command=command, channel=channel)

    def _signature(self, words: list[str], team: str, user: str) -> str:
        text = json.dumps([*words, team, user])
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
