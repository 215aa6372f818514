"""Zero trust, proven: the arrows of the picture are answered, and nobody else is."""
