"""What people look at: how a training went, and what a trained program hides."""
