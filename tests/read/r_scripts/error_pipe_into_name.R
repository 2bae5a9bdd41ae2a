x <- c("a1", "b1")
x |> install.packages
