"""This product's own pages on accounts."""

from django.urls import path

from leukplatform.accounts.views import actions, invitations, manage, own

app_name = "accounts"
urlpatterns = [
    path("account/profile/", own.profile, name="profile"),
    path("account/logins/", own.logins, name="logins"),
    path("account/invitation/<str:key>/", invitations.invitation, name="invitation"),
    path("manage/accounts/", manage.account_list, name="list"),
    path("manage/accounts/invite/", manage.account_invite, name="invite"),
    path("manage/accounts/<uuid:pk>/", manage.account_detail, name="detail"),
    path("manage/accounts/<uuid:pk>/role/", actions.change_role, name="role"),
    path("manage/accounts/<uuid:pk>/deactivate/", actions.deactivate, name="deactivate"),
    path("manage/accounts/<uuid:pk>/reactivate/", actions.reactivate, name="reactivate"),
    path("manage/accounts/<uuid:pk>/resend/", actions.resend, name="resend"),
    path("manage/accounts/<uuid:pk>/second-factor/", actions.reset_second_factor, name="reset-second-factor"),
    path("manage/accounts/<uuid:pk>/unlock/", actions.unlock, name="unlock"),
    path("manage/accounts/<uuid:pk>/sign-out/", actions.end_logins, name="end-logins"),
]
