outer_name <- "fs1"
f <- function() install.packages(outer_name)
f()
g <- function(x = "fs2") { h <- function() install.packages(x); h() }
g(); g("fs3")
counter <- character()
add <- function(p) counter <<- c(counter, p)
add("fs4"); add("fs5")
install.packages(counter)
k <- function(...) install.packages(c(...))
k("fs6", "fs7")
m <- function(first, ...) { rest <- list(...); install.packages(first); lapply(rest, install.packages) }
m("fs8", "fs9", "fs10")
early <- function(p) { if (p == "fs11") return(invisible()); install.packages(p) }
early("fs11"); early("fs12")
local({ hidden <- "fs13"; install.packages(hidden) })
(function(p) install.packages(p))("fs14")
n <- function(p, q) { if (missing(q)) install.packages(p) else install.packages(q) }
n("fs15")
