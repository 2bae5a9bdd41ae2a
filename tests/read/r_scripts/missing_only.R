needed <- c("readr", "haven")
absent <- needed[!(needed %in% installed.packages()[, "Package"])]
if (length(absent)) install.packages(absent)
lapply(needed, library, character.only = TRUE)
