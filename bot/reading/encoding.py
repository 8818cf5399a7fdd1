"""Which encoding a text file is in, pure: the bytes of an article become its text."""

import codecs
import re
from typing import Final

from bot.errors import InvalidInput

MAX_BYTES: Final = 2_000_000
"""The largest article file that is read, in bytes: some 600,000 Japanese characters."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPE: Final = b"\x1b"
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MAX_CONTROL_SHARE: Final = 0.01


def decode(data: bytes) -> str:
    """Return the text of a file, line ends untouched, without a byte order mark.

    Reads UTF-8, UTF-16 with its mark, ISO-2022-JP, Shift_JIS (as Windows writes it), EUC-JP and
    Windows-1252. Raises `InvalidInput` where the file is empty, too large, or not a text.
    """
    if len(data) > MAX_BYTES:
        raise InvalidInput("file_too_large", limit=MAX_BYTES // 1_000_000)
    text = _decoded(data)
    if text is None:
        raise InvalidInput("file_encoding")
    if "\0" in text or len(_CONTROLS.findall(text)) > len(text) * _MAX_CONTROL_SHARE:
        raise InvalidInput("file_binary")
    if not text.strip():
        raise InvalidInput("file_empty")
    return text


def _decoded(data: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if _ESCAPE in data and data.isascii():
        return _strictly(data, "iso2022_jp_ext")
    text = _strictly(data, "utf-8")
    if text is not None or _is_damaged_utf8(data):
        return text
    japanese = [t for t in (_strictly(data, "cp932"), _strictly(data, "euc_jp")) if t and _KANA.search(t)]
    # EUC-JP read as Shift_JIS decodes too, into rows of half-width katakana.
    return min(japanese, key=_half_width_share, default=None) or _strictly(data, "cp1252")


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether most of what is not ASCII is UTF-8: reading the whole as anything else would garble that."""
    read = _BEYOND_ASCII.findall(data.decode("utf-8", "replace"))
    return read.count("\ufffd") * 2 < len(read)


def _half_width_share(text: str) -> float:
    return len(_HALF_WIDTH_KANA.findall(text)) / len(text)
