"""The release of a new version: its steps, their rules, and a bad one to be caught."""
