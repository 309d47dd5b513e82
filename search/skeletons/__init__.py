"""Skeletons: what a blend computes of the answers that its net gives, told apart and put in order before anything is trained."""
