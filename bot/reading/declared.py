"""What a page says of itself in its markup, pure: when it was published, and which address is its own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import urljoin, urlsplit

from bot.display import web_url
from bot.reading.tags import LONGEST_VALUE, Tag, tags

_PUBLISHED: Final = (
    "data", "article:published_time", "datepublished", "og:article:published_time", "parsely-pub-date",
    "pubdate", "publish-date", "publication_date", "cxenseparse:publishtime", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date", "date", "creation_date", "time",
)  # fmt: skip
"""Names under which a page says when it was published, the surest first: its data comes before its text."""

_IN_DATA: Final = re.compile(r'"datePublished"\s{0,9}:\s{0,9}"([^"\\]{4,60})"')


@dataclass(frozen=True, slots=True)
class Declared:
    """`dates` are texts, the surest first; what is not said is ""."""

    title: str
    site: str
    dates: tuple[str, ...]
    canonical: str


_TITLES: Final = ("og:title", "twitter:title")
_SITES: Final = ("og:site_name", "application-name")


def declared(page: str) -> Declared:
    """Return what a page says of itself."""
    said: dict[str, str] = {}
    before: Tag | str = ""
    for piece in tags(page):
        for name, value in _said(piece) if isinstance(piece, Tag) else _titled(before, piece):
            if value.strip():
                said.setdefault(name, value.strip())
        before = piece
    return Declared(
        title=_first(said, (*_TITLES, "title", "h1")),
        site=_first(said, _SITES),
        dates=tuple(said[name] for name in _PUBLISHED if name in said),
        canonical=said.get("canonical", ""),
    )


def _first(said: Mapping[str, str], names: Iterable[str]) -> str:
    return next((said[name] for name in names if name in said), "")


def _said(tag: Tag) -> Iterator[tuple[str, str]]:
    given = tag.attributes
    if tag.name == "meta":
        for attribute in ("property", "name", "itemprop"):
            yield given.get(attribute, "").strip().lower(), given.get("content", "")
    elif tag.name == "link" and "canonical" in given.get("rel", "").lower().split():
        yield "canonical", given.get("href", "")
    elif tag.name == "script" and (found := _IN_DATA.search(tag.content)):
        yield "data", found[1]
    elif tag.name == "time":
        yield "time", given.get("datetime", "")


def _titled(before: Tag | str, text: str) -> Iterator[tuple[str, str]]:
    if isinstance(before, Tag) and before.name in ("title", "h1") and not before.closes:
        yield before.name, unescape(text[:LONGEST_VALUE])


def own_address(canonical: str, url: str) -> str | None:
    """Return the address that a page gives as its own, or where it stood if that is on another site.

    None where neither can be shown as a link; `url` is "" for a page that stood nowhere. A front page is
    not taken for an article's address.
    """
    try:
        own = web_url(urljoin(url, canonical)) if canonical else None
    except ValueError:
        own = None
    if own and (not url or (_is_same_site(own, url) and _is_article(own) >= _is_article(url))):
        return own
    return web_url(url)


def _is_article(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path not in ("", "/") or bool(parts.query)


def _is_same_site(one: str, other: str) -> bool:
    """Return whether two hosts are one, or one is a part of the other: www.example.org, example.org."""
    hosts = sorted(((urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)), key=len)
    return hosts[0] == hosts[1] or ("." in hosts[0] and hosts[1].endswith("." + hosts[0]))
