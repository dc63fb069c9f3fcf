"""What is shown: the frame, one script a page, and their parts."""
