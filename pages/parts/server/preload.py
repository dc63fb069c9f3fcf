"""What a session needs, imported once by the server before the first user comes."""
