"""A generator that hunts: signed files are changed in every way we can think of, and three witnesses look at them."""
