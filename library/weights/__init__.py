"""Weights by their content: safetensors bytes under their digest, and where they lie."""
