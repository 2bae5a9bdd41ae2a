install.packages(c("a1", "b1")))
install.packages("c1")
