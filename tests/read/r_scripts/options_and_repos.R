options(repos = c(CRAN = "https://cran.example.org/2024-01-10"))
options(Ncpus = 4, timeout = 600)
local({
  r <- getOption("repos")
  r["CRAN"] <- "https://cran.example.org/latest"
  options(repos = r)
})
Sys.setenv(R_REMOTES_NO_ERRORS_FROM_WARNINGS = "true")
install.packages("drat", repos = "https://packages.example.org")
