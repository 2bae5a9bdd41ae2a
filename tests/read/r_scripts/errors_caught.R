tryCatch({
  install.packages("brittle")
}, error = function(e) message("no: ", conditionMessage(e)),
   finally = cat("done\n"))
ok <- try(library(brittle), silent = TRUE)
suppressPackageStartupMessages({
  library(stats)
})
