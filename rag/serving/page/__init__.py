"""What the page's panes stand on: its files, its JSON, a visitor's session. Knows nothing of Gradio's layout."""
