install.packages("fine1")
install.packages("oops)
library(stats)
