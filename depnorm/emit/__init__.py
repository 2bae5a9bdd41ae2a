"""Plan to text, pure: Dockerfiles."""
