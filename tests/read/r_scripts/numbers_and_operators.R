a <- 0x1FL + 1e5 - .5 * 2i / 3 ^ -2 %% 4 %/% 5
b = -a:3
!a == b & TRUE || FALSE
f <- function(x, ..., y = NULL) x ~ y
a -> b ->> c
if (a > 1) b else -b
x$y$z(1)[[2]]["k"]@slot
?help
`my var` <- 1; T -> t
