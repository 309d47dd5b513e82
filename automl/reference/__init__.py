"""What can be said of the language and of the command without reading their code: every word, every option, every public name."""
