install.packages(readLines("packages.txt"))
