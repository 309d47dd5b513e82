"""Files to hand on: what the dashboard shows of a run or a library as one HTML file that needs nothing beside it (docs/reports.md)."""
