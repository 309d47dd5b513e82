"""What a driver keeps of the candidates that it has told, so that its memory does not grow with them."""
