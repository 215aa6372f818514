"""Files of objects, read as kubectl reads them: where they come from, what is in them, and where in them it stands."""
