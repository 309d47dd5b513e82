"""What a search found beside its result: a leaderboard, a Pareto front."""
