"""What one participant of a session may ask to see of what is kept about them."""
