"""Double entry, pure: the chart of accounts, entries that sum to zero, balances."""
