"""Rules of one's own and a file of what is expected of them: read, checked, and made a scenario."""
