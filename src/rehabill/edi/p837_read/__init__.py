"""The professional claim as others wrote it, loop by loop; `rehabill.edi.read_837p` is its door."""
