"""The training loop: compiled steps, the feeds they run over, and the hooks around them."""
