"""What a search found beside its result: a leaderboard, a Pareto front, an ensemble, other programs that meet all examples."""
