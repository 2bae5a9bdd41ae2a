"""Spec files written the one canonical way, without a change to what they install. Pure: text in, text out."""
