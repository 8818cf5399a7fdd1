"""Bytes of a file become text, whatever a reader's editor wrote."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.reading.encoding import MAX_BYTES, decode

JAPANESE = "新しい推論モデルが公開されました。ソフトバンクは計画を見直すと述べています。\r\n次の話題です。\n"
ENGLISH = "The lab said “open weights” cost less – by half. It’s not yet confirmed.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp", "iso2022_jp"])
def test_japanese_is_read_in_every_encoding_that_editors_write(encoding: str) -> None:
    assert decode(JAPANESE.encode(encoding)) == JAPANESE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_english_with_typographic_quotes_is_read(encoding: str) -> None:
    assert decode(ENGLISH.encode(encoding)) == ENGLISH


def test_half_width_katakana_in_shift_jis_stay_themselves() -> None:
    text = "価格はﾄﾞﾙで示され、発表は来週になる見込みです。"

    assert decode(text.encode("cp932")) == text


@pytest.mark.parametrize(
    ("data", "key"),
    [
        pytest.param(b"", "file_empty", id="empty"),
        pytest.param(b" \r\n\t\n", "file_empty", id="white space"),
        pytest.param("\u3000\n".encode(), "file_empty", id="wide space"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "file_binary", id="png"),
        pytest.param(b"text\0text", "file_binary", id="nul"),
        pytest.param(b"\x01\x02\x03 and more", "file_binary", id="controls"),
        pytest.param(b"\x81 and \xff\x8d undecodable", "file_encoding", id="no encoding"),
        pytest.param(b"a" * (MAX_BYTES + 1), "file_too_large", id="too large"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(data: bytes, key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        decode(data)

    assert refusal.value.key == key


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text = decode(data)
    except InvalidInput:
        return

    assert text.strip()
    assert "\0" not in text
