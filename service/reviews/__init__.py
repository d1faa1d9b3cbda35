"""What coaches decide about a session: reviews, their acts in order, and two coaches' reviews side by side."""
