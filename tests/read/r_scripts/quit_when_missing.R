install.packages(c("must1", "must2"))
if (!all(c("must1", "must2") %in% rownames(installed.packages()))) {
  quit(status = 1)
}
