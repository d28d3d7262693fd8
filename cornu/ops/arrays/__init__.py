"""Making, reshaping, joining, indexing and sorting arrays."""
