"""The outside world of OpenLK for demo and tests: a mailbox, a telephone and the ways to break them."""
