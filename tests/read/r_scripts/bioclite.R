source("https://bioconductor.example.org/biocLite.R")
biocLite("graph", suppressUpdates = TRUE)
biocLite()
