"""The stores: one module each, found by scanning this folder. A module's `STORE` is its final AbstractStore class."""
