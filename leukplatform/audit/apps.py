from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "leukplatform.audit"
    label = "audit"
