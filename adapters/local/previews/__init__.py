"""How other platforms show what they are sent: payloads, plain JSON, become HTML that looks like it."""
