"""The briefing engine: it knows no chat platform and no web framework."""
