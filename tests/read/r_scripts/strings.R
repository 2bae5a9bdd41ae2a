install.packages(paste0("gg", "plot2"))
install.packages(sprintf("rmd%s", c("formats", "pkg")))
install.packages(strsplit("aa bb cc", " ")[[1]])
x <- r"(no \escape here)"; y <- R"---[one ) two]---"
z <- 'it\'s "quoted" \u00e9 plain\
and goes on'
install.packages(`pkg name` <- "odds")
