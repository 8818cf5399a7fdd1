"""Pages and files, pure: what the web or an upload gave becomes the article in it.

Reading a page made for it takes some seconds of a processor at most, so it is done in a thread.
"""

import logging
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Final
from urllib.parse import urlsplit

from bot.display import printable, web_url
from bot.errors import InvalidInput
from bot.language import language_of
from bot.model import Language
from bot.ports import Page
from bot.reading.dates import JST, read_date
from bot.reading.declared import declared, own_address
from bot.reading.encoding import decode, decode_page
from bot.reading.markup import is_html, text_of_html
from bot.reading.tags import frame

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without an article is no trouble of ours

MAX_TITLE: Final = 300
MAX_SOURCE: Final = 100

_HTML: Final = ("text/html", "application/xhtml+xml")
_HTML_ENDINGS: Final = (".html", ".htm", ".xhtml")
_OPENING: Final = 400
_LONGEST_DATELINE: Final = 50
"""Characters."""

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")

_TABLE_RULE: Final = frozenset("|-: ")
_BETWEEN: Final = r"[ \u3000]*[|｜\-–—:：/／][ \u3000]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageArticle:
    """An article as it was published.

    Paragraphs of `text` stand on lines of their own, headings marked as in Markdown where they were marked.
    `title` and `source` are "" where nothing names them, `url` and `published_at` (UTC) None.
    """

    text: str
    title: str = ""
    language: Language
    source: str
    url: str | None
    published_at: datetime | None = None


def read_page(page: Page, now: datetime) -> PageArticle:
    """Return the article of a page from the web; `now` is when it was read.

    The source is the site's name, or its host. Raises `InvalidInput` where there is no article.
    """
    text = decode_page(page.body, page.charset)
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    if page.media_type in _HTML or is_html(text):
        return _from_html(text, _extracted(text), page.url, host, now)
    return _article(text, web_url(page.url), host)


def read_file(name: str, data: bytes, now: datetime) -> PageArticle:
    """Return the article of a file, text, Markdown or HTML. Raises `InvalidInput` where there is none.

    A file is read as HTML by its name or by what it holds; one that is all article is taken whole.
    """
    text = decode(data)
    if is_html(text) or PurePath(name).suffix.lower() in _HTML_ENDINGS:
        return _from_html(text, _extracted(text) or text_of_html(frame(text)), "", "", now)
    return _article(text, None, "")


def _from_html(page: str, text: str, url: str, host: str, now: datetime) -> PageArticle:
    said = declared(page)
    zone = JST if language_of(text) == "ja" else UTC
    dates = (read_date(date, zone, now) for date in (*said.dates, *_datelines(text)))
    return replace(
        _article(text, own_address(said.canonical, url), _line(said.site, MAX_SOURCE) or host),
        title=_line(_without_site(said.title, said.site), MAX_TITLE),
        published_at=next((date for date in dates if date), None),
    )


def _datelines(text: str) -> list[str]:
    """Return the short lines that an article opens with; a date in its sentences is one of something else."""
    lines = text[:_OPENING].splitlines()
    return [line for line in lines if len(line) <= _LONGEST_DATELINE and not line.startswith("#")]


def _article(text: str, url: str | None, source: str) -> PageArticle:
    text = printable(text).strip()
    if not any(character.isalnum() for character in text):
        raise InvalidInput("page_no_article")
    return PageArticle(text=text, language=language_of(text), url=url, source=source)


def _extracted(page: str) -> str:
    """Return the main text of a page; "" where there is none."""
    from trafilatura import extract  # 0.1 s, for those who need it

    text = extract(frame(page), output_format="markdown", favor_precision=True, include_comments=False)
    lines = [_without_table(line) for line in (text or "").split("\n")]
    return _ESCAPED.sub(r"\1", "\n".join(line for line in lines if line is not None))


def _without_table(line: str) -> str | None:
    """Return a line, a row of a table as its words; None for the rule beneath a table's head."""
    if not line.startswith("|"):
        return line
    return None if _TABLE_RULE.issuperset(line) else line.strip(" |").replace(" | ", " ")


def _without_site(title: str, site: str) -> str:
    """Return a title without the name of its site, which many add behind it."""
    return re.sub(rf"{_BETWEEN}{re.escape(site)}\s*\Z", "", title) if site else title


def _line(text: str, limit: int) -> str:
    return " ".join(printable(text).split())[:limit]
