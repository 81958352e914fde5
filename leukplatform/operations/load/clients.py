"""People who are signed in and ask for pages, timed. A fixed number of requests, to 127.0.0.1 and nowhere else."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from uuid import UUID

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from leukplatform.operations.load.seeding.clinic import PASSWORD, TOTP_SECRET, address
from leukplatform.operations.load.work import between
from leukplatform.operations.stack.containers import HOST
from leukplatform.operations.stack.visitor import Visitor

MOST_REQUESTS = 2000  # of one client for one page
WARM_UP = 5


class Client:
    """One person with one connection."""

    def __init__(self, port: int, person: UUID, *, has_second_factor: bool) -> None:
        visitor = Visitor(port, HOST)
        visitor.submit("/account/login/", login=address(person), password=PASSWORD)
        if has_second_factor:
            code = format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))
            visitor.submit("/account/second-factor/authenticate/", code=code)
        cookies = visitor.session.headers["Cookie"]
        self._headers = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1", "Cookie": cookies}
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> tuple[float, str]:
        """Return the milliseconds until the page was complete, and the page. Raises RuntimeError for another answer."""
        started = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        spent = 1000 * (time.perf_counter() - started)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status} {answer.headers.get('Location', '')}")
        return spent, body.decode()


@dataclass(frozen=True, slots=True)
class Times:
    """The times of one page, in milliseconds."""

    requests: int
    p50: float
    p95: float
    longest: float
    work: float  # processor time of server and database for one request


def measure_page(
    clients: list[Client], paths: Callable[[int], str], *, requests: int, work: Callable[[], dict[int, float]]
) -> Times:
    """Let all clients ask at once, each so many times. `paths(n)` is the n-th address; `work` gives processor times."""
    if requests > MOST_REQUESTS:
        raise ValueError(f"A client asks {MOST_REQUESTS} times at most.")

    def ask(number: int) -> list[float]:
        own = range(number, number + len(clients) * (requests + WARM_UP), len(clients))
        return [clients[number].get(paths(turn))[0] for turn in own][WARM_UP:]

    before = work()
    with ThreadPoolExecutor(len(clients)) as pool:
        spent = sorted(each for times in pool.map(ask, range(len(clients))) for each in times)
    return Times(
        requests=len(spent),
        p50=statistics.median(spent),
        p95=statistics.quantiles(spent, n=100, method="inclusive")[94],
        longest=spent[-1],
        work=between(before, work()) / (len(clients) * (requests + WARM_UP)),
    )
