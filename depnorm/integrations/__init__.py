"""depnorm inside of other programs, each in a module of its own that imports that program."""
