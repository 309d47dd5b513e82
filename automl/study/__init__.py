"""One search on one task: ask, evaluate, tell, record; resumable from its log."""
