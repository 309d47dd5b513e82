"""Many tasks over time: search, compress, promote, revisit."""
