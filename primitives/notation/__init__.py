"""Below the terms: what may name a word or a variable, the text of types, the JSON form of values."""
