"""The language: types, terms, inference, interpreter, columns, compiler and the primitives themselves."""
