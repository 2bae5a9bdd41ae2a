library(magrittr)
c("here", "glue") %>%
  unique() %>%
  install.packages(., quiet = TRUE)
"cli" %>% install.packages
