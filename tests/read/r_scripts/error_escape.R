x <- 1
path <- "C:\dir\pkg"
