# install NAME...: installs what the image library does not hold, then checks; check NAME...: only checks.
# install.packages() merely warns when it fails, so what counts is whether the packages can be found afterwards.
arguments <- commandArgs(trailingOnly = TRUE)
wanted <- arguments[-1]
if (arguments[1] == "install") {
  library <- .libPaths()[1]
  absent <- setdiff(wanted, rownames(installed.packages(lib.loc = library)))
  if (length(absent)) install.packages(absent, lib = library, INSTALL_opts = "--built-timestamp=1980-01-01")
}
lost <- wanted[!nzchar(vapply(wanted, function(name) system.file(package = name), ""))]
if (length(lost)) {
  message("not installed: ", paste(lost, collapse = ", "), " (CRAN: ", getOption("repos")[["CRAN"]], ")")
  quit(status = 1)
}
