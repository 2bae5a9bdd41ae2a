if (FALSE) install.packages("x1")
else install.packages("y1")
