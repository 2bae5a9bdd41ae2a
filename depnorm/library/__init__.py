"""The library: reads, analyzes, resolves, shares, plans and emits, in that order."""
