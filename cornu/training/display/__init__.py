"""What people see of a run: bars, lines and numbers, in terminals and notebooks."""
