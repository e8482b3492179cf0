"""The administration as a tree, and the places of the country."""
