{
  if (interactive())
    install.packages("usethis")

  else
    install.packages("testthat")
}
