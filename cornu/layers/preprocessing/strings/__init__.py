"""Many strings at once: taken in, packed, looked up, counted and hashed by NumPy."""
