from django.apps import AppConfig


class EducationConfig(AppConfig):
    name = "leukplatform.education"
    verbose_name = "Reading pages"
