"""Goals met by loops, whose states no example tells: loops are run, many together, on a few examples with few steps."""
