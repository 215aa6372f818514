"""The cost of one part of the local mesh: a demo with it and without, in turns."""
