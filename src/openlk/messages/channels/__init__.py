"""Ways to deliver a message: one file each."""
