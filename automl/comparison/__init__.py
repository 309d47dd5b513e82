"""What stands beside the result of a search: the random control, hand-made programs, the winner trained again."""
