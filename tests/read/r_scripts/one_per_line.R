# what the course needs
install.packages("ggplot2")
install.packages('dplyr')   # verbs
install.packages(  "tidyr"  )
