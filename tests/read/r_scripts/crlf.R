install.packages("one1")
install.packages(c("two2",
  "three3"))
