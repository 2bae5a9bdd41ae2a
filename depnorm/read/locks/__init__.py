"""Lock files: what other tools resolved, read as they wrote it."""
