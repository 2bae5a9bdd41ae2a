install.packages(c(
  "sf",      # simple features
  "terra",
  "stars"
))
