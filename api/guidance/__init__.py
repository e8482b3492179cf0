"""What the assistant may say on public services: articles with sources, versions and search."""
