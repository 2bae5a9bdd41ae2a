get_all <- function(names, mirror = "https://cran.example.org") {
  for (name in names) {
    if (!require(name, character.only = TRUE, quietly = TRUE)) {
      install.packages(name, repos = mirror)
    }
    else {
      cat("have ", name, "\n")
    }
  }
  invisible(NULL)
}
get_all(c("broom", "infer"))
