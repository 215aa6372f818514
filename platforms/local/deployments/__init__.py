"""The workloads of a demo as data: which, and how many instances of each."""
