"""The same trees over a whole table of firms at once, in numpy; exact, and equal to the interpreter on every row."""
