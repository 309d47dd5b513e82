"""What stands behind the calls that users import: a library, options and data as they are given."""
