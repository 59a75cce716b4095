"""The web chat: Chainlit handlers, thin, and the server around them."""
