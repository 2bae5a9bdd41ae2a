"""How sand travels."""
