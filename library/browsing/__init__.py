"""What is asked of a store that people look through: rows, pages and counts, never a whole run where a part will do."""
