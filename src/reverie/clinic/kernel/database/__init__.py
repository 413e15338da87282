"""The database under Django: SQLite in WAL, the whole file encrypted, through SQLCipher."""
