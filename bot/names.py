"""Names across scripts: aliases of topics found in a text, and names that sound alike.

Pure; the topics come from the caller.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.model import Topic, TopicId


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A topic found in a text: which, where (characters of the text as given), in which form."""

    topic_id: TopicId
    start: int
    end: int
    form: str


# Folding: one spelling for what readers take for the same.

_STABLE = "\n\t -~、-〠ぁ-ゖァ-ヾ一-鿿"
_PIECE = re.compile(
    rf"[{_STABLE}]+(?![\u0300-\u036f\u3099\u309a\uff9e\uff9f])|.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*",
    re.DOTALL,
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−⁃﹣", "-"))
_LONG_VOWEL = re.compile(r"(?<=[ァ-ヺー])-(?![a-z0-9 ])")
_LATIN_DASH = re.compile(r"(?<=[a-z0-9])ー(?=[a-z0-9])")
_MIDDLE_DOT = re.compile(r"(?<=[ァ-ヺー])[=゠](?=[ァ-ヺー])")
_LETTER_WITH_ACCENT = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in one case, width and kind of mark, that knows where each character comes from."""

    text: str
    _pieces: Sequence[tuple[int, int, int]]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters `start` to `end` of the folded text stand in the text as given."""
        return self._source(start)[0], self._source(end - 1)[1]

    def _source(self, position: int) -> tuple[int, int]:
        number = bisect_right(self._pieces, position, key=lambda piece: piece[0]) - 1
        at, start, end = self._pieces[number]
        following = self._pieces[number + 1][0] if number + 1 < len(self._pieces) else len(self.text)
        if following - at == end - start:
            return start + position - at, start + position - at + 1
        return start, end


def fold(text: str) -> Folded:
    """Return `text` in NFKC, lower case, with one kind of dash and middle dot, without invisible characters."""
    out: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    length = 0
    for match in _PIECE.finditer(text):
        piece = match[0]
        folded = (
            piece.lower()
            if len(piece) > 1 and piece[-1] in "\n\t" or piece.isascii() and piece.isprintable()
            else _fold_piece(piece)
        )
        if folded:
            pieces.append((length, match.start(), match.end()))
            out.append(folded)
            length += len(folded)
    joined = "".join(out).translate(_DASHES)
    joined = _LONG_VOWEL.sub("ー", joined)
    joined = _LATIN_DASH.sub("-", joined)
    return Folded(_MIDDLE_DOT.sub("・", joined), pieces)


def _fold_piece(piece: str) -> str:
    folded = unicodedata.normalize(
        "NFKC", piece[:64] if len(piece) < 65 or unicodedata.combining(piece[1]) else piece
    )
    folded = folded.casefold()
    if _LETTER_WITH_ACCENT.match(folded):
        folded = unicodedata.normalize("NFKD", folded)
    return "".join(filter(None, map(_visible, folded)))


def _visible(character: str) -> str:
    if character == "\n" or character == "\t":
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    return "" if category[0] == "C" or category in ("Mn", "Me") else character


# Aliases.

_KATAKANA = "ァ-ヺー"
_LATIN = "0-9a-z"


class Names:
    """The aliases of all topics, ready to be found in a text."""

    def __init__(self, topics: Sequence[Topic] = ()) -> None:
        self.topics = {topic.id: topic for topic in topics}
        self._topic_of: dict[str, TopicId] = {}
        for topic in topics:
            for alias in (*topic.names.values(), *topic.aliases):
                if key := _key(fold(alias).text):
                    self._topic_of.setdefault(key, topic.id)
        self._pattern = re.compile(_alternatives(self._topic_of)) if self._topic_of else None

    def find(self, text: str) -> list[NameMatch]:
        """Return every alias in `text`, in order, the longest at each place; Latin ones at word boundaries only."""
        if self._pattern is None:
            return []
        folded = fold(text)
        matches = []
        for found in self._pattern.finditer(folded.text):
            start, end = folded.origin(*found.span())
            matches.append(NameMatch(self._topic_of[_key(found[0])], start, end, text[start:end]))
        return matches


def _key(folded: str) -> str:
    return re.sub(r"[\s・]+", " ", re.sub(rf"(?<=[{_KATAKANA}])[・ ](?=[{_KATAKANA}])", "", folded)).strip()


def _alternatives(keys: Mapping[str, TopicId]) -> str:
    """Return a pattern in the shape of a trie, longest alternative first, so that matching takes linear time."""
    trie: dict[str, object] = {}
    for key in keys:
        node = trie
        for character in key:
            node = node.setdefault(character, {})  # type: ignore[assignment]
        node[""] = key[-1]
    return (
        rf"(?:(?<![{_LATIN}])(?=[{_LATIN}])|(?<![{_KATAKANA}])(?=[{_KATAKANA}])|(?=[^{_LATIN}{_KATAKANA}]))"
        + _branch(trie, "")
    )


def _branch(node: Mapping[str, object], before: str) -> str:
    options = []
    for character in sorted(node, reverse=True):
        if character:
            glue = "・?" if re.match(f"[{_KATAKANA}]{{2}}", before + character) else ""
            literal = r"[\s・]+" if character == " " else re.escape(character)
            options.append(glue + literal + _branch(node[character], character))  # type: ignore[arg-type]
        elif re.match(f"[{_LATIN}]", before):
            options.append(f"(?![{_LATIN}])")
        elif re.match(f"[{_KATAKANA}]", before):
            options.append(f"(?![{_KATAKANA}])")
        else:
            options.append("")
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


# Sounds.

_KANA_ROWS = {
    "アァ": "a", "イィ": "i", "ウゥ": "u", "エェ": "e", "オォ": "o",
    "カ": "ka", "キ": "ki", "ク": "ku", "ケ": "ke", "コ": "ko", "サ": "sa", "シ": "si", "ス": "su", "セ": "se", "ソ": "so",
    "タ": "ta", "チ": "ti", "ツ": "tu", "テ": "te", "ト": "to", "ナ": "na", "ニ": "ni", "ヌ": "nu", "ネ": "ne", "ノ": "no",
    "ハ": "ha", "ヒ": "hi", "フ": "hu", "ヘ": "he", "ホ": "ho", "マ": "ma", "ミ": "mi", "ム": "mu", "メ": "me", "モ": "mo",
    "ヤャ": "ya", "ユュ": "yu", "ヨョ": "yo", "ラ": "ra", "リ": "ri", "ル": "ru", "レ": "re", "ロ": "ro", "ワヮ": "wa", "ヲ": "o",
    "ン": "n", "ガ": "ga", "ギ": "gi", "グ": "gu", "ゲ": "ge", "ゴ": "go", "ザ": "sa", "ジヂ": "si", "ズヅ": "su", "ゼ": "se", "ゾ": "so",
    "ダ": "da", "デ": "de", "ド": "do", "バ": "ba", "ビ": "bi", "ブヴ": "bu", "ベ": "be", "ボ": "bo",
    "パ": "pa", "ピ": "pi", "プ": "pu", "ペ": "pe", "ポ": "po", "ッ": "", "ー": "-",
}  # fmt: skip
_KANA = {kana: sound for row, sound in _KANA_ROWS.items() for kana in row}
_SMALL = re.compile(r"(?<=[a-z])[aiueo](?=[ァィゥェォャュョヮ])")

_LETTERS = [(re.compile(pattern), sound) for pattern, sound in (
    (r"^(?:kn|gn)", "n"), (r"^wr", "r"), (r"^ps", "s"), (r"^x", "s"), (r"^wh", "w"), (r"mb$", "m"),
    (r"t?ch(?=r)|ch(?=l)", "k"), (r"tch|ch", "t"), (r"[st]ion", "son"), (r"sch|sh|th", "s"), (r"(?<=[aeiou])h(?![aeiouy])", ""), (r"ph", "f"),
    (r"(?<=.)gh", ""), (r"dg(?=[ei])", "s"), (r"gg", "G"), (r"g(?=[eiy])", "s"), (r"G", "g"),
    (r"s?c(?=[eiy])", "s"), (r"ck|q|c", "k"), (r"x", "ks"), (r"ts|tz", "t"), (r"[jz]", "s"), (r"v", "b"), (r"f", "h"),
    (r"(?<=[aeiouy])r+(?![aeiouyr])", ""), (r"l", "r"), (r"m(?=[pb])", "n"),
)]  # fmt: skip
_COMMON = [(re.compile(pattern), sound) for pattern, sound in (
    (r"([bdghkmnprst])\1+", r"\1"), (r"ng(?![aeio])", "n"), (r"(?<=.)[wy]", ""),
)]  # fmt: skip


@cache
def _sound(word: str) -> str:
    folded = _key(fold(word).text)
    if re.search(f"[{_KATAKANA}]", folded):
        sound = _romanise(folded)
    else:
        sound = re.sub("[^a-z]", "", folded)
        for pattern, replacement in _LETTERS:
            sound = pattern.sub(replacement, sound)
    for pattern, replacement in _COMMON:
        sound = pattern.sub(replacement, sound)
    return sound


def _romanise(katakana: str) -> str:
    out = ""
    for kana in katakana:
        sound = _KANA.get(kana, "")
        if kana in "ァィゥェォャュョヮ" and out[-1:] in tuple("aiueo"):
            out = out[:-1] if len(out) > 1 and out[-2] not in "aiueo-" else out[:-1] + "w"
        out += sound
    return out


def sound_key(word: str) -> str:
    """Return the consonants that a name is heard by, the same for katakana and Latin letters; may be empty."""
    return re.sub("[aiueo-]", "", _sound(word))


def _gaps(sound: str) -> Iterator[str]:
    return iter(re.split("[^aiueoy-]", sound))


def sounds_alike(a: str, b: str) -> bool:
    """Return whether two names, one in katakana and one in Latin letters, are likely the same name."""
    return bool(sound_key(a)) and sound_key(a) == sound_key(b)
