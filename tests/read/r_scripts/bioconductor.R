if (!requireNamespace("BiocManager", quietly = TRUE))
    install.packages("BiocManager")
BiocManager::install(c("limma", "edgeR"), ask = FALSE, update = FALSE)
install.packages("DESeq2", repos = BiocManager::repositories())
