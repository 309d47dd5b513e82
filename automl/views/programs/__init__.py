"""What pages show of one program: its text, its graph, its values step by step, and others like it."""
