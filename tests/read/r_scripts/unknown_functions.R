slendr::setup_env(agree = TRUE)
document()
installMine("r-requirements.txt")
torch::install_torch()
