i <- 0
while (i < 3) { i <- i + 1; if (i == 2) next; if (i > 5) break }
repeat { break }
for (n in 1:3) for (m in c("x", "y")) print(paste(n, m))
switch("b", a = install.packages("wrong1"), b = install.packages("right1"))
