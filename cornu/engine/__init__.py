"""The floor under everything: settings, dtypes, devices, the compilation cache."""
