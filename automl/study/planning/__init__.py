"""What a search does with its time, and the programs that it begins with."""
