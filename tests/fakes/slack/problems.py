"""A list of what is wrong in a document, in the words that Slack answers with."""

from typing import Any

Json = dict[str, Any]

TEXT = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Problems:
    """What is wrong, with the place in the document where it is."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, what: str, where: str) -> None:
        self.messages.append(f"[ERROR] {what} [json-pointer:{where}]")

    def text(
        self, value: Any, most: int, where: str, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")
    ) -> None:
        """Check a text object."""
        if not isinstance(value, dict) or value.get("type") not in kinds:
            return self.add(f"expected a text object of type {' or '.join(kinds)}", where)
        for key in value.keys() - TEXT[value["type"]]:
            self.add(f"invalid additional property: {key}", where)
        return self.string(value.get("text"), most, f"{where}/text")

    def plain(self, value: Any, most: int, where: str) -> None:
        self.text(value, most, where, ("plain_text",))

    def string(self, value: Any, most: int, where: str, least: int = 1) -> None:
        """Check a string's length."""
        if not isinstance(value, str):
            self.add("must be a string", where)
        elif utf16(value) < least:
            self.add(f"must be more than {least - 1} characters", where)
        elif utf16(value) > most:
            self.add(f"must be less than {most + 1} characters", where)

    def items(self, value: Any, least: int, most: int, where: str) -> list[Json]:
        """Check a list's length; return those of its items that are objects."""
        if not isinstance(value, list):
            self.add("must be an array", where)
            return []
        if not least <= len(value) <= most:
            self.add(f"no fewer than {least} and no more than {most} items allowed", where)
        if not all(isinstance(item, dict) for item in value):
            self.add("must be an object", where)
        return [item for item in value if isinstance(item, dict)]

    def keys(self, thing: Json, required: set[str], optional: set[str], where: str) -> None:
        """Check that a thing has what it must have, and nothing that it cannot."""
        for key in sorted(required - thing.keys()):
            self.add(f"missing required field: {key}", where)
        for key in sorted(thing.keys() - required - optional - {"type", "block_id", "action_id"}):
            self.add(f"invalid additional property: {key}", where)
