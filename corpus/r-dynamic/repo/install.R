course <- Sys.getenv("COURSE", "statistics")
install.packages(switch(course, statistics = c("dplyr", "ggplot2"), maps = c("sf", "sp")))
