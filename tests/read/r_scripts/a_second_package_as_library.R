install.packages("alpha", "beta")
