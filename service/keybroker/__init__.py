"""The only way to plaintext. Nothing outside this package imports the keystore."""
