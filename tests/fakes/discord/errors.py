"""The pretend Discord: its errors, by the codes of its documentation (topics/opcodes-and-status-codes)."""

from __future__ import annotations

KNOWN = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10007: (404, "Unknown Member"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    40005: (413, "Request entity too large"),
    40033: (400, "This message has already been crossposted."),
    40058: (400, "Cannot message this thread until after the post author has sent an initial message."),
    40060: (400, "Interaction has already been acknowledged."),
    40062: (429, "Service resource is being rate limited."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50034: (400, "You can only bulk delete messages that are under 14 days old."),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    130000: (503, "API resource is currently overloaded. Try again a little later."),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
    200000: (400, "Message was blocked by automatic moderation"),
    200001: (400, "Title was blocked by automatic moderation"),
    240000: (400, "Message blocked by harmful links filter"),
    20016: (429, "This action cannot be performed due to slowmode rate limit"),
    20022: (429, "This message cannot be edited due to announcement rate limits."),
    20028: (429, "The channel you are writing has hit the write rate limit."),
    20029: (429, "The write action you are performing on the server has hit the write rate limit."),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later."),
}


class ApiError(Exception):
    """What a request is answered with in place of what it asked for."""

    def __init__(self, status: int, code: int, message: str, errors: dict | None = None) -> None:
        super().__init__(f"{status} {code}: {message} {errors or ''}".strip())
        self.status = status
        self.code = code
        self.body = {"message": message, "code": code} | ({"errors": errors} if errors else {})


def failure(code: int) -> ApiError:
    """Return the error of a code."""
    status, message = KNOWN[code]
    return ApiError(status, code, message)


class Problems:
    """What is wrong with a body, gathered by place; raised all at once, as Discord does."""

    def __init__(self) -> None:
        self.errors: dict = {}

    def add(self, place: str, code: str, message: str) -> None:
        """Note a fault at a place such as `components.0.label`."""
        spot = self.errors
        for step in place.split("."):
            spot = spot.setdefault(step, {})
        spot.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, place: str, text: object, at_least: int, at_most: int) -> None:
        """Hold a text to its length, in UTF-16 units: what Discord counts is not known, and none is more."""
        if not isinstance(text, str):
            self.add(place, "BASE_TYPE_REQUIRED", "This field is required")
        elif len(text.encode("utf-16-le", "surrogatepass")) // 2 > at_most:
            self.add(place, "BASE_TYPE_MAX_LENGTH", f"Must be {at_most} or fewer in length.")
        elif len(text) < at_least:
            self.add(place, "BASE_TYPE_BAD_LENGTH", f"Must be between {at_least} and {at_most} in length.")

    def count(self, place: str, things: list, at_least: int, at_most: int) -> None:
        """Hold a list to its length."""
        if not at_least <= len(things) <= at_most:
            text = f"Must be between {at_least} and {at_most} in length."
            self.add(place, "BASE_TYPE_BAD_LENGTH", text)

    def check(self) -> None:
        """Raise what was found, if anything."""
        if self.errors:
            raise ApiError(400, 50035, "Invalid Form Body", self.errors)
