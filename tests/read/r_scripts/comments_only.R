# nothing to install

   # really
