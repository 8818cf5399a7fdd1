"""Prose, pure: the sentences of a text, and which language it is in."""

import re
from itertools import chain
from typing import Final

from bot.model import Language, Span

_CLOSING = r"[」』）)】\]”’\"']*"
_MARK: Final = re.compile(
    r"(?P<quote>「[^「」\n]{0,400}」|『[^『』\n]{0,400}』|（[^（）\n]{0,400}）|\([^()\n]{0,400}\)"
    r"|“[^“”\n]{0,400}”|\"(?<![^\s(]\")(?=\S)[^\"\n]{0,400}\"(?<=\S.))"
    r"|https?://[!-~]{0,500}[0-9A-Za-z/]"
    r"|(?P<line>[\n\r\v\f\x85\u2028\u2029]+)"
    rf"|(?P<stop>(?:[。！？]|．(?![0-9０-９]))[。！？．!?]*{_CLOSING}|(?<=[^\x00-\x7f])[!?]+{_CLOSING})"
    rf"|(?P<point>(?<=[ぁ-鿿])\.+(?![0-9])|(?:\.+|[!?]+){_CLOSING}(?!\S))"
)
"""Where a sentence may end; what stands in quotes, brackets and addresses is passed over."""

_NEVER_ENDS: Final = re.compile(
    r"mrs?|ms|dr|prof|gen|sen|rep|gov|st|mt|vs|e\.g|i\.e|cf|approx|fig|vol|pp|yahoo"
)
"""Words whose point (Yahoo's exclamation mark) never ends a sentence."""
_MAY_END: Final = re.compile(
    r"inc|corp|co|ltd|llc|jr|sr|etc|al|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|(?:[a-z]\.)*[a-hj-z]"
)
"""Words with a point that can stand at the end of a sentence, and initials."""
_OPENS: Final = re.compile(
    "a|after|all|an|and|as|at|but|for|he|her|his|however|i|if|in|it|its|many|meanwhile|no|on|one|our|she|so|some"
    "|that|the|their|then|there|these|they|this|those|to|we|what|when|while|with|you"
)
"""Words that open a sentence where they have a capital."""
_BULLET = re.compile(r"\s*(?:(?:[-*+•]|#{1,6}|>)[ \t\u3000]+)*")


def sentences(text: str) -> list[Span]:
    """Return the sentences of a text, in order, without the white space and the bullet before them.

    A line break always ends a sentence. Quotes and brackets of up to 400 characters are not cut;
    a quote that is a sentence by itself ends one. Stretches without a letter or digit are left out.
    """
    spans = []
    start = 0
    for mark in chain(_MARK.finditer(text), [None]):
        end = mark.end() if mark else len(text)
        if mark is None or _ends_sentence(text, start, mark):
            first = _skip_bullet(text, start, end)
            sentence = text[first:end].rstrip()
            if re.search(r"[^\W_]", sentence):
                spans.append(Span(start=first, end=first + len(sentence)))
            start = end
    return spans


def _skip_bullet(text: str, start: int, end: int) -> int:
    bullet = _BULLET.match(text, start, end)
    return bullet.end() if bullet else start


def _ends_sentence(text: str, start: int, mark: re.Match[str]) -> bool:
    following = text[mark.end() : mark.end() + 40]
    if mark["line"]:
        return True
    if mark["stop"]:
        return mark[0][-1] not in "」』）" or not re.match("[ぁ-ん]", following)
    if mark["quote"]:
        return _quote_ends(text[start : min(mark.start(), start + 40)], mark[0], following)
    return mark["point"] is not None and _point_ends(text, start, mark, following)


def _quote_ends(before: str, quote: str, following: str) -> bool:
    if quote[-2] in "。！？!?" and quote[-1] in "」』":
        return not before.strip() and not re.match("[ぁ-ん、，]", following)
    return quote[-2] in ".!?" and quote[-1] in '”")' and re.match(r"\s+[A-Z“\"(]", following) is not None


def _point_ends(text: str, start: int, mark: re.Match[str], following: str) -> bool:
    before = text[max(start, mark.start() - 20) : mark.start()]
    word = re.split(r"[^\w.]", before)[-1].lower()
    following_word = re.match(r"\s*[“\"‘'(]?(\w*)", following)
    after = following_word[1] if following_word else ""
    if re.fullmatch(r"\s*\d{1,3}", before) and len(before) == mark.start() - start:
        return False  # 1. opens a list
    if _NEVER_ENDS.fullmatch(word) or (word == "no" and after[:1].isdigit()):
        return False
    if mark[0][0] == "." and after and _MAY_END.fullmatch(word):
        return after[0].isupper() and _OPENS.fullmatch(after.lower()) is not None
    return not after[:1].islower()


_SAMPLE = 100_000
"""Characters that the language of a text is told from."""


def language_of(text: str) -> Language:
    """Return the language of a text: Japanese where it has kana or is mostly Han, English otherwise.

    Kana among more than twenty times as many Latin letters are a quotation.
    """
    sample = text[:_SAMPLE]
    kana = _count("[ぁ-ゖァ-ヺｦ-ﾝ]+", sample)
    latin = _count("[A-Za-zＡ-Ｚａ-ｚ]+", sample)
    return "ja" if kana * 20 > latin or _count("[㐀-鿿]+", sample) > latin else "en"


def _count(pattern: str, text: str) -> int:
    return sum(map(len, re.findall(pattern, text)))
