"""How a scenario is run, judged and reported; it knows no scenario by name."""
