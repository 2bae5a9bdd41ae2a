"""Moss, on a map."""
