"""The pytest plugin: rules of one's own, held to what is claimed of them on a mesh of stubs."""
