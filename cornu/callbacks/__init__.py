"""What watches a training run: hooks that are called at its events."""
