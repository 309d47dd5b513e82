"""What pages show of a run beyond its result: its workers' time, its failures, where its winner came from, what its settings did."""
