"""What partners answer us, read: shared by the doors `acknowledgments`, `status_276`, `eligibility_270` and others."""
