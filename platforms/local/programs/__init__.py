"""The programs of a demo: where they are, how reviews is built, and the command line of each."""
