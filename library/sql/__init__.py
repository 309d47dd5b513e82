"""What the SQL store is made of: the engine and its transactions, the tables, and the steps between their versions."""
