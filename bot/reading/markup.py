"""Web pages, pure: a page saved or pasted as HTML becomes the Markdown that articles are cut from."""

import re
from html.parser import HTMLParser
from typing import Final

_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FRAGMENT_START = re.compile(
    r"\s*<(?:article|section|main|div|p|h[1-6]|ul|ol|table|blockquote)\b", re.IGNORECASE
)
_FRAGMENT_END = re.compile(r"</[a-z0-9]+\s*>\Z", re.IGNORECASE)
_TAIL: Final = 100
"""Characters at a text's end in which a fragment's last tag is looked for."""

_UNREAD: Final = frozenset({"script", "style", "template", "title", "svg", "noscript"})
_PARAGRAPH = re.compile(
    "address|article|aside|blockquote|body|caption|d[dlt]|div|fieldset|figcaption|figure|footer|form|header"
    "|h[1-6]|hr|html|main|nav|ol|p|pre|section|table|tr|ul"
)
_HEADINGS: Final = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_OPENINGS: Final = {"br": "\n", "li": "\n- ", "td": " ", "th": " "}
_SPACE = re.compile(r"\s+")


def is_html(text: str) -> bool:
    """Return whether a text is a web page, or a piece of one: Markdown may hold tags, but ends in text."""
    if _PAGE.match(text):
        return True
    return bool(_FRAGMENT_START.match(text) and _FRAGMENT_END.search(text[-_TAIL:].rstrip()))


def text_of_html(page: str) -> str:
    """Return what a browser would show of a page: headings and list items marked as in Markdown."""
    reader = _Reader()
    # Behind the last `>` no tag can end; looking for its end at every `<` would take quadratic time.
    end = page.rfind(">") + 1
    reader.feed(page[:end] + page[end:].replace("<", "&lt;"))
    reader.close()
    text = re.sub(" {2,}", " ", "".join(reader.parts))
    return re.sub("\n{3,}", "\n\n", re.sub(" ?\n ?", "\n", text)).strip()


class _Reader(HTMLParser):
    """Collects the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unread = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a paragraph, a heading or an item, or a part that is not shown."""
        if tag == "body" or (not self._unread and tag in _UNREAD):
            self._unread = "" if tag == "body" else tag
        if _PARAGRAPH.fullmatch(tag):
            self.parts.append("\n\n" + _HEADINGS.get(tag, ""))
        elif opening := _OPENINGS.get(tag):
            self.parts.append(opening)

    def handle_endtag(self, tag: str) -> None:
        """End what began."""
        if tag == self._unread:
            self._unread = ""
        elif _PARAGRAPH.fullmatch(tag):
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        """Take text in; every run of white space is one space."""
        if not self._unread:
            self.parts.append(_SPACE.sub(" ", data))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Pass over `<![…]>`, which HTML knows as a comment; the library raises on words it does not know."""
        return self.parse_bogus_comment(i)
