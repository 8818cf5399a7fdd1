"""What each of Slack's error codes means for a message that we wanted to post, pure.

The codes are those of Slack's documentation on chat.postMessage, chat.update, conversations.history
and conversations.open.
"""

from collections.abc import Mapping
from typing import Final

from bot.errors import (
    BotError,
    ChannelLost,
    LossReason,
    PostDelayed,
    PostFailed,
    PostRejected,
    PostUncertain,
)

QUOTA_S: Final = 4 * 3_600.0
"""How long to wait, in seconds, where a workspace has used up the messages of its plan."""

UPKEEP_S: Final = 3_600.0
"""How long to wait, in seconds, while a workspace moves into an organisation or its keys are away."""

CROWDED_S: Final = 60.0
"""How long to wait, in seconds, where Slack asks to slow down and does not say for how long."""

SIGNED_OUT: Final = frozenset({"account_inactive", "token_revoked"})
"""The workspace has put the app out, or nobody who installed it is left."""

EXPIRED: Final = "token_expired"

REFUSED_TOKEN: Final = frozenset({EXPIRED, "invalid_auth", "not_authed"})
"""The token is none, whatever the workspace wants; `invalid_auth` is also said to an address that it does
not allow."""

REFUSED_TOKEN_S: Final = 300.0
"""How long to wait, in seconds, where Slack refuses the token of the settings, until another is set."""

NOT_GRANTED: Final = "team_access_not_granted"
"""The organisation's token is good, but no longer for this workspace."""

SIGN_IN: Final = frozenset({*SIGNED_OUT, *REFUSED_TOKEN, NOT_GRANTED})
"""The token is not, or no longer, good for the workspace."""

_LOST: Final[Mapping[str, LossReason]] = {
    "channel_not_found": "deleted",
    "user_not_found": "deleted",
    "user_disabled": "deleted",
    "cannot_dm_bot": "no_permission",
    "is_archived": "archived",
    "is_inactive": "archived",
    "not_in_channel": "no_permission",
    "restricted_action": "no_permission",
    "restricted_action_read_only_channel": "no_permission",
    "restricted_action_thread_only_channel": "no_permission",
    "messages_tab_disabled": "no_permission",
    "missing_scope": "no_permission",
    "no_permission": "no_permission",
    "not_allowed_token_type": "no_permission",
    "access_denied": "no_permission",
    **dict.fromkeys(SIGN_IN, "signed_out"),
}

_HIDDEN: Final = "channel_not_found: deleted, or private and the bot is not in it"

UNFIT: Final = frozenset(
    {
        "msg_too_long",
        "msg_blocks_too_long",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "too_many_attachments",
        "no_text",
        "invalid_arguments",
        "invalid_arg_name",
        "invalid_array_arg",
        "metadata_too_large",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "markdown_text_conflict",
        "block_mismatch",
    }
)
"""The message as it stands will never be taken; as plain text it may be."""

NO_THREAD: Final = frozenset(
    {
        "thread_not_found",
        "cannot_reply_to_message",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    }
)
"""The message cannot stand in the thread; it may in the channel."""

CANNOT_JOIN: Final = frozenset(
    {"method_not_supported_for_channel_type", "is_private", "user_is_restricted", "invalid_channel"}
)
"""The channel is none that the bot can let itself into (Slack's documentation on conversations.join)."""

_GONE: Final = frozenset({"message_not_found", "edit_window_closed", "cant_update_message"})

_WAITS: Final[Mapping[str, float]] = {
    "ratelimited": CROWDED_S,
    "rate_limited": CROWDED_S,
    "message_limit_exceeded": QUOTA_S,
    "team_added_to_org": UPKEEP_S,
    "org_login_required": UPKEEP_S,
    "ekm_access_denied": UPKEEP_S,
    "two_factor_setup_required": UPKEEP_S,
    "migration_in_progress": UPKEEP_S,
    "external_channel_migrating": UPKEEP_S,
}


class Refused(BotError):
    """Slack answered, and did not do what it was asked; `needed` names the scope that was missing."""

    def __init__(self, code: str, *, needed: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(f"{code}: {needed}" if needed else code)
        self.code = code
        self.retry_after_s = retry_after_s


def failure(refused: Refused) -> PostFailed:
    """Return what a refusal means for a message.

    A code that nobody knows is uncertain: what may be owed is tried again, and looked up before.
    """
    code, detail = refused.code, str(refused)
    if why := _LOST.get(code):
        return ChannelLost(why, _HIDDEN if code == "channel_not_found" else detail)
    if code in UNFIT or code in NO_THREAD or code in _GONE or code.startswith("invalid_blocks"):
        return PostRejected(detail)
    if code in _WAITS:
        return PostDelayed(detail, _WAITS[code] if refused.retry_after_s is None else refused.retry_after_s)
    return PostUncertain(detail)


def retry_after_s(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header; None where it is missing or no number of seconds."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
