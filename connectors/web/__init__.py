"""The website: the chat page on `/`, the same chat in a frame for other sites, and its live line."""
