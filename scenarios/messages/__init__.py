"""Everything that a run says, as values, and the two languages in which it is said."""
