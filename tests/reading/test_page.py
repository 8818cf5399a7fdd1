"""A page or a file becomes the article in it."""

from datetime import UTC, datetime

import pytest

from bot.errors import InvalidInput
from bot.language import Names
from bot.reading.page import read_file, read_page
from bot.segment import cut
from tests.local.samples import (
    ENGLISH,
    FIRST,
    HEADLINE,
    JAPANESE,
    NOW,
    SECOND,
    THIRD,
    URL,
    article_of,
    page_of,
)

PUBLISHED = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
TEXT = f"""# {HEADLINE}

{FIRST}

## 価格の理由

{SECOND}

- 入力は100万語あたり1ドル
- 出力は100万語あたり4ドル

## 今後の予定

{THIRD}"""


def test_a_japanese_page_gives_its_article_and_nothing_around_it() -> None:
    article = article_of(JAPANESE)

    assert article.text == TEXT
    assert (article.title, article.source, article.language) == (HEADLINE, "テスト新聞", "ja")
    assert (article.url, article.published_at) == (URL, PUBLISHED)


def test_an_english_page_too() -> None:
    article = article_of(ENGLISH)

    assert article.text.startswith("# A Model at Half the Price\n\nThe lab released")
    assert "Another headline" not in article.text
    assert (article.title, article.source, article.language) == (
        "A Model at Half the Price", "Example Times", "en"
    )  # fmt: skip
    assert article.published_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_characters_that_mean_something_elsewhere_stay_themselves() -> None:
    written = "f(x) = a_b * 3 * 2 [1] {y} `z` ~ C:\\tmp\\* | 5 &lt; 6 &amp; $7 https://a_b.example/x_y"
    page = JAPANESE.replace(
        FIRST, f"研究所の<b>新しい</b><em>モデル</em>は<code>{written}</code>と示した。{written}"
    )

    assert "研究所の新しいモデルは" in article_of(page).text
    assert article_of(page).text.count("a_b * 3 * 2 [1] {y}") == 2
    assert "C:\\tmp\\* | 5 < 6 & $7 https://a_b.example/x_y" in article_of(page).text


def test_tables_are_lines_of_words() -> None:
    rows = "<tr><th>モデル</th><th>価格</th></tr><tr><td>新型</td><td>1ドル|月</td></tr>"
    text = article_of(JAPANESE.replace("</article>", f"<table>{rows}</table></article>")).text

    assert text.endswith("モデル 価格\n新型 1ドル|月")


def test_the_text_can_be_cut_into_stories() -> None:
    text = article_of(JAPANESE).text

    told = [text[segment.span.start : segment.span.end] for segment in cut(text, Names([])).segments]

    assert any(FIRST in story for story in told)
    assert any(story.endswith(THIRD) for story in told)


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jis_2004", "iso2022_jp"]
LABELS = {"cp932": "Shift_JIS", "euc_jis_2004": "EUC-JP", "iso2022_jp": "ISO-2022-JP"}


def encoded(text: str, encoding: str) -> bytes:
    if encoding == "iso2022_jp":  # with the vendors' characters, which Python's own codec has not
        pairs = [(c.encode("euc_jis_2004"), c.isascii()) for c in text]
        return b"".join(
            data if is_ascii else b"\x1b$B" + bytes(byte & 0x7F for byte in data) + b"\x1b(B"
            for data, is_ascii in pairs
        )
    return text.encode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "server", ["", "right", "utf-8", "shift_jis", "iso-8859-1", "euc-jp", "nonsense", "rot13"]
)
@pytest.mark.parametrize("said", ["right", "utf-8", "shift_jis", "x-sjis", "none"])
def test_every_encoding_is_read_whatever_is_declared(encoding: str, server: str, said: str) -> None:
    right = LABELS.get(encoding, encoding)
    text = JAPANESE.replace("©", "(c)")  # which Shift_JIS has not
    body = encoded(text.replace("CHARSET", right if said == "right" else said), encoding)

    article = article_of(body, charset=right.lower() if server == "right" else server)

    assert article.text == TEXT
    assert article.title == HEADLINE


@pytest.mark.parametrize(
    ("label", "text"),
    [("gb18030", "研究所发布了新的推理模型，价格只有原来的一半。"), ("euc-kr",
    "연구소는 새로운 추론 모델을 공개했다."),
     ("windows-1251", "Лаборатория представила новую модель."), ("big5",
     "研究所發布了新的推理模型，價格只有一半。")],
)  # fmt: skip
def test_other_languages_are_read_where_their_encoding_is_declared(label: str, text: str) -> None:
    page = f"<html><body><article><p>{text * 3}</p><p>{text}</p></article></body></html>"

    assert text in article_of(page.encode(label), charset=label).text


def test_bytes_that_are_no_text_spoil_only_themselves() -> None:
    article = article_of(JAPANESE.encode().replace(b"20", b"20\xff", 1))

    assert FIRST in article.text


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("https://news.example/a", "https://news.example/a"),
        ("//m.news.example/a", "https://m.news.example/a"),
        ("/other", "https://www.news.example/other"),
        ("https://evil.example/a", URL),
        ("https://www.news.example.evil.example/a", URL),
        ("https://www.news.example@evil.example/a", URL),
        ("https://example/a", URL),
        ("/", URL),
        ("javascript:alert(1)", URL),
        ("http://[", URL),
        ("", URL),
    ],
)
def test_a_page_names_its_address_on_its_own_site_only(canonical: str, url: str) -> None:
    assert article_of(JAPANESE.replace('href="/2026/11/20/model.html"', f'href="{canonical}"')).url == url


def test_a_site_without_a_name_is_called_by_its_host() -> None:
    article = read_page(page_of(JAPANESE.replace("og:site_name", "x"), url="https://www.news.example/a"), NOW)

    assert (article.source, article.title) == ("news.example", f"{HEADLINE}｜テスト新聞")


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown"])
def test_plain_text_is_taken_as_it_is(media_type: str) -> None:
    article = article_of(f"# {HEADLINE}\r\n\r\n{FIRST}\r\n".encode("cp932"), media_type, "")

    assert article.text == f"# {HEADLINE}\n\n{FIRST}"
    assert (article.title, article.source, article.url) == ("", "news.example", URL)
    assert article.published_at is None


def test_a_page_that_is_sent_as_text_is_a_page() -> None:
    assert article_of(JAPANESE, "text/plain").text == TEXT


@pytest.mark.parametrize("name", ["記事.html", "a.HTM", "a.txt", "a.md", "a", ""])
def test_a_saved_page_is_read_as_one(name: str) -> None:
    article = read_file(name, JAPANESE.replace("©", "").encode("cp932"), NOW)

    assert (article.text, article.title, article.source) == (TEXT, HEADLINE, "テスト新聞")
    assert article.url is None
    assert article.published_at == PUBLISHED


def test_a_file_of_a_piece_of_a_page_is_taken_whole() -> None:
    article = read_file("a.html", f"<p>{FIRST}</p>".encode(), NOW)

    assert article.text == FIRST


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_file_of_text_is_taken_as_it_is(name: str) -> None:
    article = read_file(name, f"{HEADLINE}\n\n{FIRST}".encode(), NOW)

    assert (article.text, article.source, article.url) == (f"{HEADLINE}\n\n{FIRST}", "", None)


@pytest.mark.parametrize(
    "body",
    [
        "", " ", "<html></html>", "<html><body></body></html>",
        "<html><head><title>Only a title</title></head></html>",
        "<html><body><div id=app></div><script>start('article of a script')</script></body></html>",
        "<html><body><!-- <p>An article in a comment.</p>", "<html><body><p>。。。</p></body></html>",
        "\0\0\0",
    ],
)  # fmt: skip
def test_a_page_without_an_article_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        article_of(body)

    assert refusal.value.key == "page_no_article"


def test_what_disturbs_its_surroundings_is_gone() -> None:
    article = article_of(JAPANESE.replace("新型", "新\u202e型\x00").replace("開発者", "開\u2066発者"))

    assert article.title == HEADLINE
    assert FIRST in article.text
