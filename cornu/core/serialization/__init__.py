"""Parts of the way from objects to plain values and back."""
