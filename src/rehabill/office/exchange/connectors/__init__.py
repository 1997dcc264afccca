"""How files travel to and from partners: folders, SFTP, HTTP. Nothing here knows what is in them."""
