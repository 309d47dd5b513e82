"""Figures for notebooks and papers, by matplotlib; what they show is what the charts of pages show (docs/reports.md)."""
