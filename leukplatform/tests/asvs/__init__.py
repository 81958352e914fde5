"""The requirements of OWASP ASVS 5.0, level 2, each against the tests that show it."""
