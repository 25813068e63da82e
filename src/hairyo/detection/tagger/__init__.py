"""A small neural tagger that reads a text as a whole: what is special care, whose it is, what is said of it."""
