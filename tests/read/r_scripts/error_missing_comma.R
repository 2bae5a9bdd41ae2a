install.packages("fine1")
pkgs <- c("one"
          "two")
install.packages(pkgs)
