c("vroom", "arrow") |>
  setdiff(rownames(installed.packages())) |>
  install.packages()
"fs" |> install.packages(pkgs = _)
