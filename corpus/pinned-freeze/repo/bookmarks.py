"""Bookmarks, sorted by how long they have been waiting."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index() -> str:
    """The front page."""
    return "<p>Nothing waits.</p>"
