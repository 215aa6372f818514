"""The one process behind a local demo, and how it is talked to."""
