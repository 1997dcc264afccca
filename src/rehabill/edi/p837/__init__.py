"""The professional claim, 005010X222A1, loop by loop; `rehabill.edi.claim_837p` is its door."""
