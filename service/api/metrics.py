"""Numbers for Prometheus: requests by route and status, and how much waits. No ids, no names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from models.errors import PracticeError
from service.api.boundary import Ended
from service.api.health import worker_silence_ms
from service.api.logs import known_method
from service.database.tables import job, upload
from service.database.words import JobState, UploadState
from service.parts import Parts

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.5, 3.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditState:
    """How far the audit goes: the last row's number, and when it was last anchored, in ms since 1970 (None: never)."""

    sequence: int
    anchored_ms: int | None


AuditLook = Callable[[], AuditState]


class Metrics:
    """The numbers of one web process, in a registry of its own."""

    def __init__(self, parts: Parts, audit: AuditLook | None = None) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "practice_requests", "Requests that ended", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "practice_request_seconds", "How long requests took", ["route"], buckets=_SECONDS, registry=self._registry
        )
        self._registry.register(_Waiting(parts, audit))

    def ended(self, request: Ended) -> None:
        """Count a request; ``route`` is a template or a fixed word, so the number of series has a bound."""
        self._requests.labels(known_method(request.method), request.route, str(request.status)).inc()
        self._seconds.labels(request.route).observe(request.seconds)

    def text(self) -> bytes:
        """Everything in Prometheus' text form. What the database does not tell is left out."""
        return generate_latest(self._registry)


class _Waiting(Collector):
    """What stands in the database, looked up when it is asked for."""

    def __init__(self, parts: Parts, audit: AuditLook | None) -> None:
        self._parts = parts
        self._audit = audit

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not ask the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The gauges; where the database does not answer, the one that says so."""
        answers = GaugeMetricFamily("practice_database_answers", "1 where the database answered")
        try:
            found = [*self._rows(), *self._chain()]
        except PracticeError:
            found = []
        answers.add_metric([], 1.0 if found else 0.0)
        return [answers, *found]

    def _rows(self) -> Iterable[Metric]:
        with self._parts.database.reading() as rows:
            open_now = select(func.count()).where(upload.c.state == UploadState.OPEN)
            uploads = rows.execute(open_now).scalar_one()
            counted = rows.execute(select(job.c.state, func.count()).group_by(job.c.state)).all()
        by_state = {str(row[0]): int(row[1]) for row in counted}
        yield GaugeMetricFamily("practice_open_uploads", "Uploads that are not finished", value=uploads)
        jobs = GaugeMetricFamily("practice_jobs", "Jobs by state", labels=["state"])
        for state in JobState:
            jobs.add_metric([state.value], by_state.get(state.value, 0))
        yield jobs
        silence = worker_silence_ms(self._parts)
        if silence is not None:
            yield GaugeMetricFamily(
                "practice_worker_silence_seconds", "Since any worker was heard of", value=silence / 1000
            )

    def _chain(self) -> Iterable[Metric]:
        if self._audit is None:
            return
        state = self._audit()
        yield GaugeMetricFamily("practice_audit_sequence", "Number of the last audit row", value=state.sequence)
        if state.anchored_ms is not None:
            age = max(0, self._parts.clock() - state.anchored_ms) / 1000
            yield GaugeMetricFamily("practice_audit_anchor_age_seconds", "Since the last anchor", value=age)
