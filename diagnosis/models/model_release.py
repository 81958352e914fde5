from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class ModelRelease(models.Model):
    """A model folder known to the platform. Old analyses keep theirs; at most one is active.

    At most one other is compared: it reads the same pictures in silence, see `Comparison`.

    A row stands for one graph with one set of parameters: what is unique to a release is unique to both.
    """

    name = models.CharField(max_length=60)
    version = models.CharField(max_length=30)
    digest = models.CharField(max_length=64)  # SHA-256 of model.onnx
    parameters = models.CharField(max_length=64)  # SHA-256 of what else decides the answer (mlworker.zoo.artifact)
    folder = models.CharField(max_length=100)  # found by services.releases.place
    card = models.JSONField()
    is_active = models.BooleanField(default=False)
    is_compared = models.BooleanField(default=False)
    installed_at = models.DateTimeField(default=timezone.now, editable=False)
    activated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-is_active", "name", "-installed_at"]
        constraints = [
            models.UniqueConstraint(fields=["digest", "parameters"], name="release_one_of_model_and_parameters"),
            models.UniqueConstraint(fields=["is_active"], condition=Q(is_active=True), name="release_one_active"),
            models.UniqueConstraint(fields=["is_compared"], condition=Q(is_compared=True), name="release_one_compared"),
            models.CheckConstraint(
                condition=~Q(is_active=True, is_compared=True), name="release_not_compared_with_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
