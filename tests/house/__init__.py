"""The house keeps its own rules: what is written about it is true."""
