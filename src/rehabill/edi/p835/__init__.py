"""The parts of the 835 reader: values, facts of single segments, header, balance, and the loops that join them."""
