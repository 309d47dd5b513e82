"""The rules by which weights follow a gradient, on torch's own kernels."""
