suppressWarnings(suppressMessages(invisible(lapply(unique(sort(c("q2pkg", "q1pkg"))), function(p) {
  if (!(p %in% rownames(installed.packages()))) {
    install.packages(p, dependencies = c("Depends", "Imports"))
  }
}))))
