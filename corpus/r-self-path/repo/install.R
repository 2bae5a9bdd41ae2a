install.packages("jsonlite")
install.packages(".", repos = NULL, type = "source")
