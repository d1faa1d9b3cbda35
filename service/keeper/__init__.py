"""The key keeper: beside the keystore, it gives workers on other machines the keys of what they work on right now."""
