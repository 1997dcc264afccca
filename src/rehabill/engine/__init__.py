"""The whole path in one place: code, scrub, price and bill, pure and without I/O."""
