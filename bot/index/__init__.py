"""The search index: BM25 over numpy arrays in this process, derived from the store and rebuilt at will."""

from bot.index.inverted import PostingsIndex
from bot.index.kept import KeptIndex

__all__ = ["KeptIndex", "PostingsIndex"]
