ok <- 1
if (1 < 2 < 3) install.packages("h1")
