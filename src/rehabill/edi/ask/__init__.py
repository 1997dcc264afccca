"""What is written beside claims: questions to payers, and answers to those who send to us."""
