"""Goals of truth values: what must hold in all true examples, what in none of the others, and these together."""
