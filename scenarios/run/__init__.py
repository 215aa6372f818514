"""A run of a scenario: step by step under traffic, and the baseline restored after it."""
