"""What the administration remembers: structures, guidance, cases and their attachments."""
