from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "leukplatform.accounts"
    label = "accounts"
