if (!require("pacman")) install.packages("pacman")
if (!requireNamespace("remotes", quietly = TRUE)) {
  install.packages("remotes")
}
pacman::p_load(purrr, furrr, char = c("future"))
