tidyverse
here
