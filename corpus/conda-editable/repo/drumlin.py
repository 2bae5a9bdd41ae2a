"""Hills that ice left behind."""
