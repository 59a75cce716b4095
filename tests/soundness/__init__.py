"""What must hold for any data and any request: the compiler against brute force. An invariant a file."""
