"""The promises of a workspace about its data: counted after each load, kept beside the data version, said in answers."""
