"""What everything stands on: dtypes, configuration, devices, errors."""

from cornu.engine.memory import keep_freed_memory

# Every room imports this one first, so this runs before XLA starts its threads.
keep_freed_memory()
