"""The report of a trial, in which everybody calls every app: of each pair its answers, and no shares."""
