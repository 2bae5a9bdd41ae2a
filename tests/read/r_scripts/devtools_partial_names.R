devtools::install_github(repo = "owner/a1pkg", sub = "deep/er", ref = "2f0e1d")
devtools::install_github("owner/b1pkg", "release")
devtools::install_version(version = "0.9", "c1pkg")
install.packages(dep = TRUE, "d1pkg", rep = "https://cran.example.org")
