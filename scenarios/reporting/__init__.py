"""A run as a value, and how it is shown: terminal, page, JSON, JUnit."""
