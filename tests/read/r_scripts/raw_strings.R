install.packages(r"(rawone)")
install.packages(c(R"[rawtwo]", r"---{rawthree}---"))
cat(r"(a "quoted" \n text)", r"---(not ) the end)---")
install.packages('single\u0032'); install.packages("do\165ble")
