"""Visitors aside from the judged requests, and what becomes of an instance while they come."""
