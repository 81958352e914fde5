from importlib import import_module

from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "leukplatform.letters"

    def ready(self) -> None:
        import_module("leukplatform.letters.checks")
