"""How often the program is right, for people who are not researchers: figures that commands wrote, in plain words."""
