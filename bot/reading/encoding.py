"""Which encoding a file or a page is in, pure: the bytes of an article become its text."""

import codecs
import re
from collections.abc import Sequence
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
_JAPANESE: Final = ("cp932", "euc_jp", "euc_jis_2004")
_JIS_RUN = re.compile(rb"\x1b\$[@B]([^\x1b\r\n]*)")
_JIS_ASCII = re.compile(rb"\x1b\([BJ]")
_DECLARATION = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,300}?\b(?:charset|encoding)\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE
)
_DECLARED_WITHIN: Final = 4096
_OF_THE_WEB = re.compile(
    r"utf-16(?:le|be)?|big5|gb2312|gbk|gb18030|euc-kr|ks_c_5601-1987|koi8-[ru]|(?:windows-|cp)(?:874|125[0-8])"
    r"|iso-8859-(?:[2-9]|1[03-6])"
)
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
    text = _decoded(data, _in_page(data))
    if text is None:
        raise InvalidInput("file_encoding")
    if "\0" in text or len(_CONTROLS.findall(text)) > len(text) * _MAX_CONTROL_SHARE:
        raise InvalidInput("file_binary")
    if not text.strip():
        raise InvalidInput("file_empty")
    return text


def decode_page(data: bytes, declared: str) -> str:
    """Return the text of a page, what cannot be read as U+FFFD; `declared` is what the server said, or "".

    A mark, and bytes that can only be one encoding, come before what server and page say of them: both are
    often wrong.
    """
    text = _decoded(data, [declared, *_in_page(data)])
    return data.decode("utf-8", "replace") if text is None else text


def _in_page(data: bytes) -> list[str]:
    """Return the encodings that a page names in its first lines."""
    return [found.decode("ascii") for found in _DECLARATION.findall(data[:_DECLARED_WITHIN])]


def _decoded(data: bytes, declared: Sequence[str]) -> str | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if _ESCAPE in data and data.isascii():
        return _strictly(data, "iso2022_jp_ext") or _strictly(*_jis_as_euc(data))
    text = _strictly(data, "utf-8")
    if text is not None or _is_damaged_utf8(data):
        return text
    return _in_other(data, declared)


def _in_other(data: bytes, declared: Sequence[str]) -> str | None:
    """Return a text that is neither ASCII nor Unicode; what was declared decides where bytes do not."""
    japanese = [text for text in (_strictly(data, name) for name in _JAPANESE) if text and _KANA.search(text)]
    # EUC-JP read as Shift_JIS decodes too, into rows of half-width katakana.
    best = min(japanese, key=_half_width_share, default=None)
    named = [text for text in (_strictly(data, codec) for codec in _codecs(declared)) if text]
    return best or next(iter(named), None) or _strictly(data, "cp1252")


def _jis_as_euc(data: bytes) -> tuple[bytes, str]:
    """Return ISO-2022-JP as EUC-JP, whose codec also knows the vendors' characters, such as ① and ㈱."""
    euc = _JIS_RUN.sub(lambda run: bytes(byte | 0x80 for byte in run[1]), data)
    return _JIS_ASCII.sub(b"", euc), "euc_jis_2004"


def _codecs(declared: Sequence[str]) -> list[str]:
    """Return the codecs of encodings of the web; nothing else that Python calls one is tried."""
    return [name for name in (each.lower().strip() for each in declared) if _OF_THE_WEB.fullmatch(name)]


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
