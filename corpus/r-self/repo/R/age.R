#' Age of a lichen in years
#'
#' @param diameter in millimetres
age <- function(diameter) {
  if (any(diameter < 0)) {
    rlang::abort("diameter must not be negative")
  }
  diameter / 0.6
}
