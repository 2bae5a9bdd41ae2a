ridge <- function(length) {
  list(length = length, unit = "km")
}
