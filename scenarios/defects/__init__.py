"""What can be wrong with a mesh, planted in a running demo to see that the scenarios catch it."""
