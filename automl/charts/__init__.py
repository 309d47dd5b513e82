"""What is drawn: numbers to SVG text, which takes its colours from the style sheet."""
