"""Who talks: understanding, wording, rendering, the chat and the command line."""
