"""What only the Train page has: the form of a study, the study while it runs, and what it found."""
