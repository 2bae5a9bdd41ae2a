library(groundhog)
day <- "2024-03-01"
groundhog.library(c("emmeans", "afex"), day)
groundhog::groundhog.library(pwr, "2023-12-31")
extra <- "lsr"
groundhog.library(extra, day)
