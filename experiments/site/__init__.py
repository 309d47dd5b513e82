"""The documentation as a site: the pages of ``docs``, and those that are written from the words, the command and the docstrings."""
