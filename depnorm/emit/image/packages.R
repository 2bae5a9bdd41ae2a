# install NAME...: installs what the library of the image does not hold, and checks. check NAME[==VERSION]...: only
# checks.
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
versions <- ifelse(grepl("==", wanted, fixed = TRUE), sub(".*==", "", wanted), "")
wanted <- sub("==.*", "", wanted)
library <- .libPaths()[1]

# What R writes once a package is whole: a directory alone may be what a failure left.
is_whole <- function(name, places = NULL) {
  nzchar(system.file("Meta", "package.rds", package = name, lib.loc = places))
}

# The directory that a package was built in has a random name; help pages are looked up by what follows it.
forget_build_directory <- function(file) {
  paths <- readRDS(file)
  first <- attr(paths, "first")
  if (!is.null(first) && first != 2L) saveRDS(structure(paste0("/", substring(paths, first)), first = 2L), file)
}

if (arguments[1] == "install") {
  # An attempt that was killed left its lock.
  unlink(dir(library, "^00LOCK", full.names = TRUE), recursive = TRUE)
  there <- dir(library)[vapply(dir(library), is_whole, NA, library)]
  absent <- setdiff(wanted, there)
  if (length(absent)) install.packages(absent, lib = library, INSTALL_opts = "--built-timestamp=1980-01-01")
  files <- file.path(library, dir(library), "help", "paths.rds")
  for (file in files[file.exists(files)]) forget_build_directory(file)
}

lost <- wanted[!vapply(wanted, is_whole, NA)]
if (length(lost)) {
  message("not installed: ", paste(lost, collapse = ", "), " (CRAN: ", getOption("repos")["CRAN"], ")")
  quit(status = 1)
}

version_of <- function(name) read.dcf(system.file("DESCRIPTION", package = name), "Version")[1]
found <- vapply(wanted, version_of, "")
other <- nzchar(versions) & found != versions
if (any(other)) {
  message("not at the locked version: ", paste(wanted, found, "instead of", versions)[other], sep = "\n")
  quit(status = 1)
}
