"""How a scenario is run: step by step under traffic, and the baseline restored after it."""
