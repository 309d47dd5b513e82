"""Array versions of words, one family a file; those that are absent are lifted from the scalar meaning."""
