"""Values to what people and programs read: terminal, JSON, Markdown, SARIF, GitHub."""
