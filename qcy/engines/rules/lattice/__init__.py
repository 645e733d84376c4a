"""A version as decision diagrams, made once with nothing known: what one firm and what a whole register are looked up in."""
