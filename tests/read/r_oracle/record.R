# Runs R scripts with everything that installs, loads, sources, reads or runs something replaced by a function that
# writes down its evaluated arguments, as if no package were installed yet.
#
#     Rscript record.R LISTING        LISTING: pairs of lines, a script and the file for what it did
#
# A line of that file: statement, function, and for each argument `name=value,value`, all percent-encoded.
# `function` is `error` or `unknown` where R stopped, or where nothing here knows the function.

recorder <- new.env(parent = baseenv())
assign("recorder", recorder, recorder)

local({
  base_packages <- rownames(utils::installed.packages(priority = "base"))
  here <- basename(getwd())
  statement <- 0L
  installed <- character()
  output <- NULL

  encode <- function(text) {
    bytes <- as.character(charToRaw(enc2utf8(text)))
    if (length(bytes)) paste0("%", bytes, collapse = "") else ""
  }
  write_down <- function(name, arguments = list()) {
    words <- vapply(seq_along(arguments), function(place) {
      value <- arguments[[place]]
      known <- is.atomic(value) || is.list(value) && all(vapply(value, is.atomic, NA))
      label <- names(arguments)[place]
      label <- if (is.null(label)) "" else label
      if (is.null(value)) return(paste0(encode(label), "=NULL"))
      if (inherits(value, "repo_file")) return(paste0(encode(label), "=FILE"))
      if (!known) return(paste0(encode(label), "=UNKNOWN"))
      words <- vapply(as.character(unlist(value)), function(word) encode(if (is.na(word)) "NA" else word), "")
      paste0(encode(label), "=", paste(words, collapse = ","))
    }, "")
    cat(paste0(paste(c(statement, name, words), collapse = "\t"), "\n"), file = output, append = TRUE)
  }
  evaluated <- function(call, frame) {
    lapply(as.list(call)[-1], function(argument) {
      if (identical(argument, quote(expr = ))) NULL else eval(argument, frame)
    })
  }

  # `function(formals)` that writes down its call and gives `value`.
  stub <- function(name, formals, after = function(arguments) invisible(NULL)) {
    force(name); force(after)
    made <- function() {
      arguments <- evaluated(match.call(), parent.frame())
      write_down(name, arguments)
      after(arguments)
    }
    formals(made) <- formals
    made
  }
  anything <- alist(... = )
  note_installed <- function(formal) function(arguments) {
    installed <<- c(installed, as.character(unlist(arguments[[formal]])))
    invisible(NULL)
  }
  is_there <- function(package) package %in% c(base_packages, installed)

  install_packages <- stub("install.packages", formals(utils::install.packages), note_installed("pkgs"))
  hosted <- function(...) c(alist(repo = , ref = "HEAD", subdir = NULL), ..., alist(... = ))
  known <- list(
    "utils::install.packages" = install_packages,
    "utils::update.packages" = stub("update.packages", anything),
    "remotes::install_github" = stub("install_github", hosted(alist(auth_token = , host = "api.github.com"))),
    "remotes::install_gitlab" =
      stub("install_gitlab", alist(repo = , subdir = NULL, auth_token = , host = "gitlab.com", ... = )),
    "remotes::install_bitbucket" = stub("install_bitbucket", hosted(alist(auth_user = , password = , host = ))),
    "remotes::install_git" = stub("install_git", alist(url = , subdir = NULL, ref = NULL, branch = NULL, ... = )),
    "remotes::install_url" = stub("install_url", alist(url = , subdir = NULL, ... = )),
    "remotes::install_version" = stub("install_version", alist(
      package = , version = NULL, dependencies = NA, upgrade = , force = FALSE, quiet = FALSE, build = FALSE,
      build_opts = , build_manual = FALSE, build_vignettes = FALSE, repos = , type = , ... = ),
      note_installed("package")),
    "remotes::install_cran" = stub("install_cran", alist(pkgs = , repos = , ... = ), note_installed("pkgs")),
    "remotes::install_bioc" = stub("install_bioc", alist(repo = , mirror = , git = , ... = )),
    "remotes::install_local" = stub("install_local", alist(path = ".", subdir = NULL, ... = )),
    "remotes::install_deps" = stub("install_deps", alist(pkgdir = ".", ... = )),
    "remotes::install_dev_deps" = stub("install_deps", alist(pkgdir = ".", ... = )),
    "remotes::update_packages" = stub("update.packages", anything),
    "devtools::install" = stub("install_local", alist(path = ".", ... = )),
    "devtools::load_all" = stub("install_local", alist(path = ".", ... = )),
    "devtools::source_url" = stub("source", alist(file = , ... = )),
    "BiocManager::install" = stub("bioconductor", alist(pkgs = , ... = ), note_installed("pkgs")),
    "BiocManager::repositories" = function(...) c(BioCsoft = "bioconductor", CRAN = "@CRAN@"),
    "BiocInstaller::biocLite" = stub("bioconductor", alist(pkgs = , ... = ), note_installed("pkgs")),
    "pak::pkg_install" = stub("pak", alist(pkg = , ... = )),
    "pak::pak" = stub("pak", alist(pkg = NULL, ... = )),
    "pak::local_install" = stub("install_local", alist(root = ".", ... = )),
    "pak::local_install_deps" = stub("install_deps", alist(root = ".", ... = )),
    "pak::local_install_dev_deps" = stub("install_deps", alist(root = ".", ... = )),
    "pak::lockfile_install" = stub("pak_lock", alist(lockfile = "pkg.lock", ... = )),
    "renv::install" = stub("pak", alist(pkg = NULL, ... = )),
    "renv::restore" = stub("renv_restore", alist(project = NULL, ... = , lockfile = NULL)),
    "groundhog::groundhog.library" = function(pkg, date, ...) {
      name <- substitute(pkg)
      packages <- if (is.name(name) && !exists(as.character(name), parent.frame())) as.character(name) else pkg
      write_down("groundhog", list(pkg = packages, date = date))
    },
    "purrr::walk" = function(.x, .f, ...) invisible(lapply(.x, .as_function(.f), ...)),
    "purrr::map" = function(.x, .f, ...) lapply(.x, .as_function(.f), ...),
    "purrr::map_lgl" = function(.x, .f, ...) vapply(.x, .as_function(.f), NA, ...),
    "purrr::map_chr" = function(.x, .f, ...) vapply(.x, .as_function(.f), "", ...),
    "purrr::walk2" = function(.x, .y, .f, ...) invisible(Map(.as_function(.f), .x, .y)),
    "purrr::keep" = function(.x, .p, ...) Filter(.as_function(.p), .x),
    "magrittr::%>%" = function(lhs, rhs) {
      right <- substitute(rhs)
      frame <- new.env(parent = parent.frame())
      assign(".", lhs, frame)
      if (is.call(right) && !identical(right[[1]], quote(`(`)) && !identical(right[[1]], quote(`function`))) {
        dotted <- any(vapply(as.list(right)[-1], identical, NA, quote(.)))
        return(eval(if (dotted) right else as.call(append(as.list(right), quote(.), 1)), frame))
      }
      eval(right, frame)(lhs)
    },
    "here::here" = function(...) file.path(...),
    "xfun::pkg_attach2" = stub("names", anything),
    "xfun::pkg_load2" = stub("names", anything)
  )
  .as_function <- function(f) {
    if (!inherits(f, "formula")) return(match.fun(f))
    body <- f[[length(f)]]
    frame <- environment(f)
    function(...) {
      inner <- new.env(parent = frame)
      assign(".x", ..1, inner); assign(".", ..1, inner)
      eval(body, inner)
    }
  }
  environment(.as_function) <- recorder
  assign(".as_function", .as_function, recorder)

  # Functions that take bare names for packages.
  named <- function(name) function(..., character.only = FALSE) {
    given <- as.list(substitute(list(...)))[-1]
    labels <- if (is.null(names(given))) rep("", length(given)) else names(given)
    words <- character()
    for (place in seq_along(given)) {
      if (labels[place] %in% c("char", "pkgs") || labels[place] == "" && character.only) {
        words <- c(words, eval(given[[place]], parent.frame()))
      } else if (labels[place] == "") {
        word <- given[[place]]
        words <- c(words, if (is.character(word)) word else gsub(" ", "", paste(deparse(word), collapse = "")))
      }
    }
    write_down(name, list(words))
  }
  for (name in c("p_load", "p_install")) known[[paste0("pacman::", name)]] <- named("names")
  for (name in c("p_load_gh", "p_install_gh")) known[[paste0("pacman::", name)]] <- named("names_github")
  for (name in c("shelf", "stock")) known[[paste0("librarian::", name)]] <- named("names")
  for (full in grep("^remotes::", names(known), value = TRUE)) {
    known[[sub("remotes", "devtools", full)]] <- known[[full]]
  }
  known[["versions::install.versions"]] <- known[["remotes::install_version"]]

  loader <- function(name, gives) function(package, ..., character.only = FALSE) {
    if (missing(package)) return(invisible(character()))
    symbol <- substitute(package)
    evaluated <- character.only || name %in% c("requireNamespace", "loadNamespace", "attachNamespace")
    package <- if (evaluated) package else as.character(symbol)
    write_down(name, list(package))
    if (name %in% c("library", "require")) attach_exports(package)
    if (!gives) return(invisible(NULL))
    invisible(is_there(package))
  }
  attach_exports <- function(package) {
    prefix <- paste0(package, "::")
    for (full in names(known)[startsWith(names(known), prefix)]) {
      assign(substring(full, nchar(prefix) + 1), known[[full]], as.environment("recorder"))
    }
  }
  reader <- function(formal) function(...) {
    given <- list(...)
    path <- given[[if (formal %in% names(given)) formal else 1]]
    write_down("read", list(path))
    structure("from a file", class = "repo_file")
  }
  opaque <- function(value, ...) structure("from a file", class = "repo_file")
  for (generic in c("$", "[", "[[", "c", "unique", "as.character", "length<-", "names")) {
    registerS3method(generic, "repo_file", opaque, baseenv())
  }
  changed <- function(name) stub("changes", anything, function(arguments) invisible(TRUE))

  stubs <- list(
    install.packages = install_packages,
    update.packages = known[["utils::update.packages"]],
    library = loader("library", FALSE), require = loader("require", TRUE),
    requireNamespace = loader("requireNamespace", TRUE), loadNamespace = loader("loadNamespace", FALSE),
    attachNamespace = loader("attachNamespace", FALSE),
    source = stub("source", alist(file = , ... = )), sys.source = stub("source", alist(file = , ... = )),
    system = stub("system", alist(command = , ... = ), function(arguments) invisible(0L)),
    system2 = stub("system", alist(command = , args = , ... = ), function(arguments) invisible(0L)),
    shell = stub("system", alist(command = , ... = ), function(arguments) invisible(0L)),
    download.file = stub("changes", anything, function(arguments) invisible(0L)),
    installed.packages = function(...) {
      names <- unique(c(base_packages, installed))
      cbind(Package = names, Version = rep("1.0", length(names)), Priority = NA)[
        seq_along(names), , drop = FALSE] -> found
      rownames(found) <- names
      found
    },
    .packages = function(...) c(base_packages, installed),
    find.package = function(package, ...) Filter(is_there, package),
    system.file = function(..., package = "base") if (is_there(package)) paste0("library/", package) else "",
    available.packages = function(...) matrix("", 0, 2, dimnames = list(NULL, c("Package", "Version"))),
    packageVersion = function(pkg, ...) package_version("1.0"),
    getwd = function() ".",
    setwd = stub("changes", anything, function(arguments) invisible(".")),
    options = function(...) {
      given <- list(...)
      if (length(given) == 1 && is.null(names(given)) && is.list(given[[1]])) given <- given[[1]]
      if ("repos" %in% names(given)) write_down("repos", list(unlist(given[["repos"]])))
      invisible(do.call(base::options, given))
    },
    stop = function(..., call. = TRUE, domain = NULL) {
      write_down("stopped")
      base::stop(..., call. = FALSE)
    },
    quit = function(...) {
      base::stop(structure(class = c("leave", "error", "condition"), list(message = "", call = NULL)))
    },
    readLines = reader("con"), scan = reader("file"), readRDS = reader("file"), read.csv = reader("file"),
    read.csv2 = reader("file"), read.table = reader("file"), read.delim = reader("file"), read.dcf = reader("file"),
    load = reader("file"), file = function(description, ...) description, url = function(description, ...) description,
    close = function(...) invisible(NULL)
  )
  stubs$q <- stubs$quit
  for (name in c("unlink", "file.remove", "file.copy", "file.rename", "file.create", "file.append", "writeLines",
                 "write", "write.csv", "write.table", "saveRDS", "save", "dump", "dput", "sink", "dir.create",
                 "Sys.chmod", "untar", "unzip", "Sys.setFileTime", "file.symlink", "browseURL", "menu")) {
    stubs[[name]] <- changed(name)
  }
  find_function <- function(package, name) {
    full <- paste0(package, "::", name)
    if (!is.null(known[[full]])) return(known[[full]])
    if (package %in% base_packages) {
      return(if (is.null(stubs[[name]])) getExportedValue(package, name) else stubs[[name]])
    }
    function(...) {
      write_down("unknown", list(full))
      invisible(NULL)
    }
  }
  stubs[["::"]] <- stubs[[":::"]] <- function(pkg, name) {
    find_function(as.character(substitute(pkg)), as.character(substitute(name)))
  }
  for (full in rev(names(known))) {  # what a package brings is there by name too, as in a session that attached it
    name <- sub("^.*::", "", full)
    vague <- c("install", "restore", "stock", "shelf", "here", "map", "keep", "load_all")
    if (is.null(stubs[[name]]) && !name %in% vague) {
      stubs[[name]] <- known[[full]]
    }
  }

  # Rscript runs what stands before a syntax error.
  parse_start <- function(script) {
    lines <- readLines(script, warn = FALSE, encoding = "UTF-8")
    for (last in rev(seq_along(lines))) {
      parsed <- tryCatch(parse(text = lines[seq_len(last)], keep.source = FALSE, encoding = "UTF-8"), error = identity)
      if (is.expression(parsed)) return(parsed)
    }
    expression()
  }
  run <- function(script, result) {
    output <<- result
    file.create(result)
    expressions <- parse_start(script)
    base::options(repos = c(CRAN = "@CRAN@"), warn = 0, device = "pdf")
    rm(list = ls(globalenv(), all.names = TRUE), envir = globalenv())
    attach(stubs, name = "recorder", warn.conflicts = FALSE)
    setTimeLimit(elapsed = 10)
    for (place in seq_along(expressions)) {
      statement <<- place
      ended <- tryCatch({
        eval(expressions[[place]], globalenv())
        NULL
      }, error = identity)
      if (inherits(ended, "leave")) {
        write_down("left")
        break
      }
      if (!is.null(ended)) write_down("error", list(conditionMessage(ended)))
    }
    statement <<- length(expressions) + 1L
    write_down("end")
  }
  assign("run", run, recorder)
  environment(run) <- environment()
}, envir = new.env(parent = recorder))

listing <- readLines(commandArgs(TRUE)[1], encoding = "UTF-8")
for (place in seq(1, length(listing), 2)) {
  job <- parallel::mcparallel({
    sink("/dev/null")
    recorder$run(listing[place], listing[place + 1])
  }, silent = TRUE, mc.set.seed = FALSE)
  parallel::mccollect(job)
}
