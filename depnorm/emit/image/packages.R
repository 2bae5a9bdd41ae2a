# install NAME...: installs what the library of the image does not hold, and checks. check NAME...: only checks.
# run SCRIPT NAME...: runs a script in a process of its own, and checks.
# install.packages() merely warns when it fails, so what counts is whether the packages can be found afterwards.
arguments <- commandArgs(trailingOnly = TRUE)
wanted <- arguments[-1]
if (arguments[1] == "run") {
  options <- c("--no-save", "--no-restore", "--no-init-file", "--no-environ")
  status <- system2(file.path(R.home("bin"), "Rscript"), c(options, shQuote(wanted[1])))
  if (status != 0) quit(status = status)
  wanted <- wanted[-1]
}
library <- .libPaths()[1]
before <- dir(library)

# The directory that a package was built in has a random name; help pages are looked up by what follows it.
forget_build_directory <- function(file) {
  paths <- readRDS(file)
  first <- attr(paths, "first")
  if (!is.null(first)) saveRDS(structure(paste0("/", substring(paths, first)), first = 2L), file)
}

if (arguments[1] == "install") {
  absent <- setdiff(wanted, before)
  if (length(absent)) install.packages(absent, lib = library, INSTALL_opts = "--built-timestamp=1980-01-01")
  files <- file.path(library, setdiff(dir(library), before), "help", "paths.rds")
  for (file in files[file.exists(files)]) forget_build_directory(file)
}

lost <- wanted[!nzchar(vapply(wanted, function(name) system.file(package = name), ""))]
if (length(lost)) {
  message("not installed: ", paste(lost, collapse = ", "), " (CRAN: ", getOption("repos")["CRAN"], ")")
  quit(status = 1)
}
