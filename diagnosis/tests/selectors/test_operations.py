from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from diagnosis import selectors
from diagnosis.models import Worker
from diagnosis.tests.factories import AnalysisFactory, ModelReleaseFactory, PictureFactory
from leukplatform.accounts.permissions import NotAllowed


def test_the_queue_is_counted(case, picture, release, admin):
    now = timezone.now()
    AnalysisFactory(picture=picture, requested_at=now - timedelta(minutes=7))
    AnalysisFactory(picture=PictureFactory(case=case))
    AnalysisFactory(picture=PictureFactory(case=case), running=True)
    AnalysisFactory(picture=PictureFactory(case=case), failed=True)
    AnalysisFactory(picture=PictureFactory(case=case), failed=True, finished_at=now - timedelta(days=2))
    AnalysisFactory(picture=PictureFactory(case=case), succeeded=True)
    overview = selectors.queue_overview(admin)
    assert (overview.waiting, overview.running, overview.failed_24h, overview.succeeded_24h) == (2, 1, 1, 1)
    assert overview.oldest_waiting_since == now - timedelta(minutes=7)
    assert overview.is_unattended


def test_an_empty_queue_has_zero_counts(admin):
    overview = selectors.queue_overview(admin)
    assert (overview.waiting, overview.oldest_waiting_since, overview.is_unattended) == (0, None, False)


def test_working_and_silent_workers_are_told_apart(admin):
    Worker.objects.create(name="celery@here")
    Worker.objects.create(name="celery@gone", seen_at=timezone.now() - timedelta(minutes=5))
    overview = selectors.queue_overview(admin)
    assert [worker.name for worker in overview.workers] == ["celery@here"]
    assert [worker.name for worker in overview.silent_workers] == ["celery@gone"]


def test_the_release_in_use_is_listed_first(release, admin):
    other = ModelReleaseFactory(name="a", digest="e" * 64, is_active=False)
    assert selectors.releases(admin) == [release, other]
    assert selectors.get_release(admin, other.pk) == other
    with pytest.raises(Http404):
        selectors.get_release(admin, 0)


@pytest.mark.parametrize("person", ["doctor", "patient_user"])
def test_only_an_administrator_sees_the_releases_and_the_queue(release, person, request):
    user = request.getfixturevalue(person)
    for read in (selectors.releases, selectors.queue_overview, lambda user: selectors.get_release(user, release.pk)):
        with pytest.raises(NotAllowed):
            read(user)
