"""Replays as the inspector has them: what is replayed, how it goes, and what is shown of it."""
