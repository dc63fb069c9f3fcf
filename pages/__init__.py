"""What is shown: the navigation, one script a page, and their parts."""
