"""Fixtures that the tests of every app share."""

import os

pytest_plugins = [
    "leukplatform.letters.tests.postman",
    "leukplatform.tests.cast",
    "leukplatform.tests.services",
    "leukplatform.tests.trail",
    "leukplatform.tests.access.summary",
]
if "MUTANT_UNDER_TEST" in os.environ:  # set by mutmut
    pytest_plugins.append("leukplatform.tests.template_database")
