librarian::shelf(janitor, owner/gadget)
xfun::pkg_attach2("svglite", c("ragg", "gt"))
p_load(mlr3)
