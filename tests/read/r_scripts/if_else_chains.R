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
several <- ifelse(TRUE, list(c("right10", "right11")), "wrong11")
install.packages(several[[1]])
for (each in ifelse(TRUE, list(c("right12", "right13"), "wrong12"), list("wrong13"))[[1]]) install.packages(each)
named <- ifelse(TRUE, list(a = c("right14", "right15"), b = "wrong14"), 1)
install.packages(named[[1]])
install.packages(names(ifelse(TRUE, c(wrong15 = "a1", wrong16 = "b1"), "wrong17")))
