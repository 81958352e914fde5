"""What the tests of every app share."""

pytest_plugins = [
    "leukplatform.tests.cast",
    "leukplatform.tests.services",
    "leukplatform.tests.trail",
    "leukplatform.tests.access.summary",
]
