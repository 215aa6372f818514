"""Set-up: everything the project needs on this machine, in one command that is quick the second time.

Only the standard library: it is the first thing that runs.
"""
