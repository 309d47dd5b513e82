"""The stores, one a file: each a final AbstractStore class, found by scanning this folder."""
