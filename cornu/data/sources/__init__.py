"""Sources: what gives whole batches, each kind with its way to begin a pass."""
