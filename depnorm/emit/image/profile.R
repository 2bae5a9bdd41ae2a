# The site profile of the image: what the base image has, with CRAN as of the date in CRAN_SNAPSHOT.
local({
  site <- file.path(R.home("etc"), "Rprofile.site")
  if (file.exists(site)) sys.source(site, baseenv())
  date <- Sys.getenv("CRAN_SNAPSHOT")
  repos <- getOption("repos")
  if (nzchar(date) && "CRAN" %in% names(repos)) {
    undated <- sub("/(latest|[0-9]{4}-[0-9]{2}-[0-9]{2})?/*$", "", repos[["CRAN"]])
    repos[["CRAN"]] <- paste0(undated, "/", date)
    options(repos = repos)
  }
})
