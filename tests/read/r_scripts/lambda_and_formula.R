walk_all <- \(xs, f) for (x in xs) f(x)
walk_all(c("l1pkg", "l2pkg"), install.packages)
model <- y ~ x + I(z^2) | group
