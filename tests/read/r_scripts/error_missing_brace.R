f <- function(x) {
  if (x) {
    install.packages("g1")
}
f(TRUE)
