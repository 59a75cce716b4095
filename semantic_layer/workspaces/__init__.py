"""The workspaces that come with the product: YAML only."""
