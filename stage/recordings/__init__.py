"""Runs as their recordings tell them: those that happen in a terminal meanwhile, and those that are played again."""
