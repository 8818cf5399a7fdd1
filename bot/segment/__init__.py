"""Segmenting, pure: an article becomes stories, told in its own sentences."""

from bot.segment.boundaries import MOST_TOPICS, Cut, Segment, cut, segment_of

__all__ = ["MOST_TOPICS", "Cut", "Segment", "cut", "segment_of"]
