"""All definitions of a workspace as one page in both languages, for people who have to agree on them."""
