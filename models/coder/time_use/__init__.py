"""What each line of a supervision spends its time on: the codes, the classifier and its weights folder."""
