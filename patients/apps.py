from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self) -> None:
        from leukplatform.audit import services as audit
        from patients.services import emergencies

        audit.mark_with(emergencies.mark)
