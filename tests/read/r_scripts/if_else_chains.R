kind <- "beta"
if (kind == "alpha") {
  install.packages("wrong1")
} else if (kind == "beta") {
  install.packages("right1")
} else {
  install.packages("wrong2")
}
wanted <- if (kind != "alpha") c("right2", "right3") else "wrong3"
install.packages(wanted)
install.packages(ifelse(TRUE, "right4", "wrong4"))
install.packages(ifelse(TRUE, c("right8", "wrong7"), "wrong8"))
several <- c("right9", "wrong9")
first <- ifelse(kind == "alpha", "wrong10", several)
install.packages(first)
install.packages(switch(kind, alpha = "wrong5", beta = , gamma = "right5", "wrong6"))
if (!(kind %in% c("alpha", "gamma")) && TRUE) install.packages("right6")
if (is.null(NULL) || FALSE) install.packages("right7")
