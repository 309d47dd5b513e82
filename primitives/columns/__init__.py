"""The language on whole banks of terms at once: values as 64-bit codes, words as functions of columns. See docs/columns.md."""
