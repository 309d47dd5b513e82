"""Generation of well-typed programs: the weighted grammar over terms, and the growth of nets."""
