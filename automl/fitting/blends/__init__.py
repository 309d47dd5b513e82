"""How blends are trained: programs that draw what nets say and give values that no gradient goes through."""
