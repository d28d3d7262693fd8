"""What every layer does beside its call: how it is built, and what it says of its outputs."""
