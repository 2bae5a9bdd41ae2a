deps <- list(
  cran = c("dygraphs", "leaflet"),
  github = list("who/what")
)
install.packages(deps$cran)
for (repo in deps[["github"]]) remotes::install_github(repo, upgrade = "never")
install.packages(unlist(deps["cran"]))
