"""Conversations with citizens: what came in, what goes out, and whose turn it is."""
