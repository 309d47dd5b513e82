"""Guidance of a search by what earlier tasks taught: a re-estimated grammar and a recognition model over a task's examples."""
