"""Random workspaces and requests, each answered twice: by the compiler, and row by row from the definitions."""
