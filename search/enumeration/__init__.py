"""Bottom-up enumeration over columns: the inner engine of the enumerative strategy."""
