"""One's own account: profile, invitation."""

urlpatterns: list = []
