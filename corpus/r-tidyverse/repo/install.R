install.packages("tidyverse")
install.packages(c("jsonlite", "scales"))
