install.packages("first1"); install.packages("second2")
{ install.packages("third3"); install.packages("fourth4") }
