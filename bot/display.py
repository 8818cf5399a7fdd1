"""How text from outside can be shown on any platform: its characters, addresses, length, and where to cut."""

import hashlib
import re
from typing import Final
from unicodedata import category
from urllib.parse import quote, urlsplit, urlunsplit

_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Controls, and the bidirectional embeddings, overrides and isolates of Unicode's UAX 9.
_DISTURBING = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED_MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")

MAX_URL_LENGTH = 1000
"""Characters; short enough that a link always fits beside some text, whatever the platform."""


def printable(text: str) -> str:
    """Return text without what could disturb its surroundings.

    Controls other than the newline and bidirectional overrides are gone, every kind of line break is
    a newline, a tab is a space, a lone surrogate is U+FFFD, and no letter carries more than four
    combining diacritics.
    """
    text = _LINE_BREAK.sub("\n", text).replace("\t", " ")
    text = _DISTURBING.sub("", _LONE_SURROGATE.sub("\ufffd", text))
    return _STACKED_MARKS.sub(r"\1", text)


def web_url(url: str | None) -> str | None:
    """Return an address that is safe in every platform's link markup, or None where it is not fit for a link.

    Fit are http and https with a host name and neither user nor password. What could close the markup
    around the address is percent-encoded.
    """
    if url is None or len(url) > MAX_URL_LENGTH:
        return None
    try:
        parts = urlsplit(url)
        host = parts.netloc.encode("idna").decode("ascii")
        rest = [quote(part, safe="%/:@!$&'+,;=?") for part in (parts.path, parts.query, parts.fragment)]
    except ValueError:  # UnicodeError too: not a host name in any script, or a lone surrogate
        return None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[A-Za-z0-9._-]+(:\d{1,5})?", host):
        return None
    safe = urlunsplit((parts.scheme, host, *rest))
    return safe if len(safe) <= MAX_URL_LENGTH else None


def utf16_length(text: str) -> int:
    """Return how many UTF-16 code units a text has, which is how chat platforms count characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def truncated(text: str, limit: int) -> str:
    """Return a text of at most `limit` UTF-16 units, with an ellipsis for what is missing."""
    if utf16_length(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)]
    return kept.decode("utf-16-le", "ignore") + "…"


SHORTENED: Final = re.compile("…#[0-9a-f]{32}$")
"""How an identifier ends that is not the whole command."""


def identifier(command: str, limit: int) -> str:
    """Return a command as a button's identifier of at most `limit` UTF-16 units.

    A command that is too long becomes its beginning and a digest: always the same for the same
    command, so that whoever keeps the message can look the command up; it cannot be parsed.
    """
    command = printable(command)
    if utf16_length(command) <= limit:
        return command
    digest = hashlib.sha256(command.encode()).hexdigest()[:32]
    return f"{truncated(command, limit - len(digest) - 1)}#{digest}"


_SENTENCE_END = re.compile(r"""\n+|[。！？]+[」』）】”’]*|[.!?][)"'”’\]]*\s+""")
_SPACE = re.compile(r"\s+")
_ZERO_WIDTH_JOINER = "\u200d"


def best_cut(text: str, start: int, end: int) -> int:
    """Return where to cut a piece that begins at `start` and ends at or before `end`.

    After a sentence, a space, or else a whole visible character. Looks back over half of the piece at
    most, so that no piece is short.
    """
    if end == len(text):
        return end
    half = start + (end - start) // 2
    for pattern in (_SENTENCE_END, _SPACE):
        # One character more than fits: a match that reaches over the end is not finished there.
        matches = pattern.finditer(text, half, end + 1)
        if found := max((match.end() for match in matches if match.end() <= end), default=0):
            return found
    cut = end
    while cut > half and _joins(text[cut - 1], text[cut]):
        cut -= 1
    return cut if cut > half else end


def _joins(left: str, right: str) -> bool:
    """Tell whether two code points belong to one visible character (marks, emoji sequences, flags)."""
    return (
        category(right).startswith("M")
        or _ZERO_WIDTH_JOINER in (left, right)
        or "\U0001f3fb" <= right <= "\U0001f3ff"  # skin tones
        or ("\U0001f1e6" <= left <= "\U0001f1ff" and "\U0001f1e6" <= right <= "\U0001f1ff")  # flags
        or (left == "\r" and right == "\n")
    )
