install.packages(c("ggplot2", "dplyr"))
