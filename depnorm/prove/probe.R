# Prints each R package with its version and what loading it says, in a process of its own: run with `Rscript`.
found <- installed.packages()
found <- found[!found[, "Priority"] %in% "base", , drop = FALSE]
rscript <- file.path(R.home("bin"), "Rscript")
for (name in sort(unique(rownames(found)))) {
  code <- sprintf("suppressMessages(suppressWarnings(library(%s)))", name)
  said <- suppressWarnings(system2(rscript, c("--no-init-file", "-e", shQuote(code)), stdout = TRUE, stderr = TRUE))
  failed <- !is.null(attr(said, "status"))
  error <- if (!failed) "" else if (length(said)) gsub("\t", " ", tail(said, 1)) else "failed"
  cat("depnorm-probe:", name, "\t", found[match(name, rownames(found)), "Version"], "\t", error, "\n", sep = "")
}
