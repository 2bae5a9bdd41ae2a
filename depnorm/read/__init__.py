"""From a repository to its spec files: a module a format, each with a `parse_…(data, path)` from bytes to value."""
