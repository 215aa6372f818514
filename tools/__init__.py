"""What `make` calls that is no part of the demo itself."""
