"""What the assistant says and does: the stateless turn service around Rasa."""
