if (getRversion() >= "4.0.0") install.packages("modern1") else install.packages("ancient1")
if (.Platform$OS.type == "windows") install.packages("installr")
if (Sys.info()[["sysname"]] == "Darwin") {
  install.packages("mac1")
}
