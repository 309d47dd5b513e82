"""What pages show of the words of a library together: their map and families, and what each gives."""
