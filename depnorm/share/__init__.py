"""Shared layers: the catalog, which of them a repository gets, and their keys."""
