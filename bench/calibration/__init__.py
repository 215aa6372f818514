"""Does a verdict keep what it promises? Simulated meshes and releases, through the real tests and the real judge."""
