install.packages("fine1")
install.packages(c("a1",
  "b1"
