"""Files that citizens hand in: checked, cleaned, encrypted, kept outside the database."""
