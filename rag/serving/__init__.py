"""What the page stands on: the mounted app, its local door, and what it shows. Knows nothing of the page's layout."""
