from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "leukplatform.accounts"

    def ready(self) -> None:
        from leukplatform.accounts import letters

        import_module("leukplatform.accounts.receivers")
        letters.register_kinds()
