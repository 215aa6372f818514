"""What is measured with: load generators, instant backends, memory readings."""
