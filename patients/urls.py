from django.urls import path

from patients.views import care, emergencies, registration

app_name = "patients"
urlpatterns = [
    path("", registration.patient_list, name="list"),
    path("new/", registration.patient_create, name="create"),
    path("emergency/", emergencies.open_record, name="emergency"),
    path("emergency/<uuid:pk>/end/", emergencies.end, name="end-emergency"),
    path("<uuid:pk>/edit/", registration.patient_update, name="update"),
    path("<uuid:pk>/care/", care.team, name="care"),
    path("<uuid:pk>/care/doctors/", care.add_doctor, name="add-doctor"),
    path("<uuid:pk>/care/doctors/<int:assignment_pk>/end/", care.end, name="end-care"),
    path("<uuid:pk>/care/account/", care.connect_account, name="connect-account"),
    path("<uuid:pk>/care/account/disconnect/", care.disconnect_account, name="disconnect-account"),
    path("<uuid:pk>/care/account/invite-again/", care.invite_again, name="invite-again"),
]
