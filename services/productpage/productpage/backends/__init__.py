"""The calls of the services behind the page."""
