from datetime import timedelta

from django.utils import timezone

from diagnosis.models import Worker
from diagnosis.services import workers


def test_a_worker_has_one_row_that_follows_it(db):
    start = timezone.now() - timedelta(minutes=5)
    workers.report(name="celery@a", started_at=start)
    first = Worker.objects.get().seen_at
    workers.report(name="celery@a", started_at=start)
    worker = Worker.objects.get()
    assert worker.seen_at > first
    assert worker.started_at == start


def test_a_worker_that_stops_in_order_leaves_nothing(db):
    workers.report(name="celery@a", started_at=timezone.now())
    workers.sign_off(name="celery@a")
    assert not Worker.objects.exists()


def test_workers_silent_for_days_are_forgotten(db):
    Worker.objects.create(name="celery@old", seen_at=timezone.now() - timedelta(days=2))
    workers.report(name="celery@new", started_at=timezone.now())
    assert [worker.name for worker in Worker.objects.all()] == ["celery@new"]
