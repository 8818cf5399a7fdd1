"""What the app asks to be allowed, and hears of: nothing that it does not use (Slack's list of scopes)."""

from typing import Final

SCOPES: Final = {
    "app_mentions:read": "to hear that somebody asks it by name",
    "channels:history": "to look up whether a message was posted, in public channels",
    "channels:join": "to join the public channels that get digests",
    "channels:read": "to know public channels, and hear that one is archived or deleted",
    "chat:write": "to post",
    "commands": "to take commands and shortcuts",
    "files:read": "to add a text file that a moderator chose",
    "groups:history": "to look up whether a message was posted, in private channels",
    "groups:read": "to know private channels that it was invited to",
    "im:history": "to hear what somebody asks it alone",
    "im:write": "to write to whoever installed it",
    "mpim:history": "to look up whether a message was posted, in conversations of several people",
    "mpim:read": "to know conversations of several people that it was added to",
    "usergroups:read": "to know who is in a group of moderators",
    "users:read": "to know people's names, languages and time zones, and who manages the workspace",
}
"""Each scope with what it is for."""

EVENTS: Final = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.im",
    "tokens_revoked",
)
"""A channel's new name is none of them: where one is named, it is by its id. Slack's documentation says of
`channel_left` that it is sometimes withheld, so `member_left_channel` is heard, too."""

ORGANISATION_EVENTS: Final = ("team_access_revoked",)
"""What an app hears besides that a whole organisation can install."""
