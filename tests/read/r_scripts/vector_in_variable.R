wanted <- c("knitr",
            "rmarkdown")
more = "bookdown"
"blogdown" -> last
install.packages(c(wanted, more, last), Ncpus = 4L)
