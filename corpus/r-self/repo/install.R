install.packages("remotes")
remotes::install_local()
