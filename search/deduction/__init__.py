"""Programs from the outside in: a word that undoes itself on the outputs leaves smaller tasks, with examples of their own."""
