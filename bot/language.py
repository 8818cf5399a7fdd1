"""Language, pure: normalised text, tokens, sentences, and which language a text is in."""

from bot.model import Language, Span
from bot.names import Names


def normalise(text: str) -> str:
    """Return text as it is compared: NFKC, lower case, no digit commas, one form of each mark."""
    raise NotImplementedError


def tokens(text: str, names: Names) -> tuple[str, ...]:
    """Return the tokens that a text is found by, in order of the text.

    Japanese morphemes in dictionary form, stemmed English words, `@topic-id` for each alias of a
    topic, `~sound key` TAB form for each name that can be matched by sound.
    """
    raise NotImplementedError


def sentences(text: str) -> list[Span]:
    """Return the sentences of a text, in order, without the white space around them."""
    raise NotImplementedError


def language_of(text: str) -> Language:
    """Return the language of a text: Japanese where it has kana or is mostly Han, English otherwise."""
    raise NotImplementedError
