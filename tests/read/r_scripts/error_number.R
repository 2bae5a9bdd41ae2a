install.packages("fine1")
n <- 12e
