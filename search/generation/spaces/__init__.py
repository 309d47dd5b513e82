"""Spaces: programs with free parts, which a search fills while everything else stays."""
