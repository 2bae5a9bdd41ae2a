install.packages(Sys.getenv("EXTRA_PACKAGE"))
if (nzchar(Sys.getenv("CI"))) install.packages("covr")
