c("one1", "two2") |> paste0("x") |> install.packages()
list("three3", "four4") |> unlist() |> rev() |> install.packages(quiet = TRUE)
"five5" |> (\(p) install.packages(p))()
library(magrittr)
c("six6", "seven7") %>% setdiff("six6") %>% install.packages()
c("eight8", "nine9") %>% lapply(install.packages) %>% invisible()
"ten10" %>% { install.packages(.) }
