install_missing <- function(packages) {
  missing <- setdiff(packages, rownames(installed.packages()))
  if (length(missing) > 0) {
    install.packages(missing)
  }
  stopifnot(packages %in% rownames(installed.packages()))
}
