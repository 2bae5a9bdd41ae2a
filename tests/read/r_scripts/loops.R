pkgs <- c("loop1", "loop2", "loop3")
for (i in seq(1, length(pkgs), 2)) install.packages(pkgs[i])
for (i in seq(3, 1, by = -1)) install.packages(paste0("down", i))
for (i in seq_len(2)) install.packages(sprintf("fmt%d", i))
for (i in seq(2)) install.packages(paste("sq", i, sep = ""))
for (p in list("li1", c("li2", "li3"))) install.packages(p)
for (p in pkgs) { if (p == "loop2") next; install.packages(paste0(p, "x")) }
for (p in pkgs) { if (p == "loop2") break; install.packages(paste0(p, "y")) }
pairs <- c("ver1", "1.0", "ver2", "2.0")
for (i in seq(1, length(pairs), 2)) remotes::install_version(pairs[i], version = pairs[i + 1])
