"""What is learned from: tasks, their data, metrics, preprocessing and division; where they are loaded from."""
