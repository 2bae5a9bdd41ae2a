# only what is not there yet
source("R/helpers.R")

install_missing(c("dplyr", "readr", "jsonlite"))
