"""`python -m platforms`, and what every command line of the project has in common."""
