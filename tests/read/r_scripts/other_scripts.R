source("helpers.R")
source("https://example.org/setup.R")
sys.source(file.path("R", "install.R"), envir = new.env())
