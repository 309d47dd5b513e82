"""A web page that only reads a store: runs, the library, programs (docs/dashboard.md). Imported where it is asked for."""
