install.packages(readLines("packages.txt"))
listed <- read.csv("deps.csv", stringsAsFactors = FALSE)
install.packages(listed$package)
for (p in scan("more.txt", what = "", quiet = TRUE)) install.packages(p)
