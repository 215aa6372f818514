"""A run as a stream of events: published once, heard by whoever shows, keeps or follows it."""
