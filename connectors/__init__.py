"""Where citizens are: every channel speaks the words of `connectors.messages` to one engine."""
