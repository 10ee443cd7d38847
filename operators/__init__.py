"""What can be done to rows: one operator per file."""
