"""What a user passed to `compile` and `fit`, looked at once before or while the model reads it."""
