"""What the server does beside the pages: jobs, caches, sessions that ended."""
