pkgs <- c("zoo", "xts")
to_get <- setdiff(pkgs, rownames(installed.packages()))
if (length(to_get) > 0) {
  install.packages(to_get, dependencies = TRUE)
} else {
  message("nothing to do")
}
