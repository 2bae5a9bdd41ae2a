"""Joint resolutions by the tools that own them (uv for Python)."""
