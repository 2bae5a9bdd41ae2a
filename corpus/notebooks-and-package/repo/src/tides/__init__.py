"""Tide levels from a few harmonics."""
