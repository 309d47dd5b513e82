"""What the store in memory is made of: its transactions, its runs, and its words."""
