"""Sources that are no directory yet: git repositories and archives."""
