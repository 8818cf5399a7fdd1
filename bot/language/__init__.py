"""Language, pure: normalised text, words, sentences, and names across scripts."""

from bot.language.folding import normalise
from bot.language.names import Names, every_name
from bot.language.prose import language_of, sentences
from bot.language.words import release, release_unused, tokens

__all__ = [
    "Names",
    "every_name",
    "language_of",
    "normalise",
    "release",
    "release_unused",
    "sentences",
    "tokens",
]
