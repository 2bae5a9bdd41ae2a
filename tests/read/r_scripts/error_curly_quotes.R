install.packages("fine1")
install.packages(“ggplot2”)
