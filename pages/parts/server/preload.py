"""What a visit needs, imported once by the server before the first visitor comes."""
