"""How the weights of a program are found."""
