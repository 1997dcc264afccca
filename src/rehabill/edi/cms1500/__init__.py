"""CMS-1500 (02/12), the professional claim on paper, box by box; `rehabill.edi.claim_1500` is its door.

Sources, cited in the modules as NUCC and MCPM:

- NUCC: National Uniform Claim Committee, 1500 Health Insurance Claim Form Reference Instruction Manual for form
  version 02/12 (version 11.0 of July 2023), read item by item as vendors' help pages render it; it also says how many
  characters each box takes.
- MCPM: Medicare Claims Processing Manual (Pub. 100-04) chapter 26 §10.2 to §10.4, for claims to Original Medicare,
  read in the same way;
  it departs from NUCC in boxes 4 to 7, 9, 11, 14, 15, 17, 19, 22, 24E, 24I, 24J, 29, 32 and 33b.

A payer's own instructions beat both.
"""
