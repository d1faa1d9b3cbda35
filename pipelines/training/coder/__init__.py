"""Fitting the utterance coder: material, folds, the two networks, calibration, thresholds and the model card."""
