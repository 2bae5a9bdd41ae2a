"""Many repositories: facts about them, the layers they would share, and what that brings."""
