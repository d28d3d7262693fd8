"""State and structure: variables, scopes, layers, the symbolic graph, the registry of classes."""
