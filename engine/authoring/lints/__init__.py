"""What is wrong with the meaning or the texts of a rulebook that loads."""
