"""A citizen's case: filed once, told by its events, followed to its answer."""
