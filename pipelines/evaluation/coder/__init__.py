"""How good is the coder? Its codings against people's labels, and against pairs that differ in one thing."""
