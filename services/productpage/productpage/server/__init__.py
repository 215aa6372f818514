"""The server that gives a request to a thread once it is there."""
