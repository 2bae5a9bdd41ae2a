#!/bin/bash
R -e 'install.packages("x")'
