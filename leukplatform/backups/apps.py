from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "leukplatform.backups"
    label = "backups"
