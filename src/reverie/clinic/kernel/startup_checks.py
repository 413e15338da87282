"""What is checked before anything is served."""
