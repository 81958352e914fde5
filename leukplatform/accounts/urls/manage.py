"""The admin's pages on accounts."""

app_name = "accounts"
urlpatterns: list = []
