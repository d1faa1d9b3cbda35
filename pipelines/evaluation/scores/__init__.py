"""How good suggested scores are, against scores that people gave."""
