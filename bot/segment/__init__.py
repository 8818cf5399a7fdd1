"""Segmenting, pure: an article becomes stories, told in its own sentences."""

from bot.segment.boundaries import Cut, Segment, cut

__all__ = ["Cut", "Segment", "cut"]
