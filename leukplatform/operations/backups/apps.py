from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "leukplatform.operations.backups"
    label = "backups"
