"""/metrics: what monitoring reads, in Prometheus' text format."""

import ipaddress
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from openlk.config.business import business_metrics
from openlk.config.measuring import Started, running
from openlk.guard.addresses import client_address

_PROC = Path("/proc")
_FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")


def may_read(request: HttpRequest) -> bool:
    """Whether the peer is in OPENLK_METRICS_ALLOW. What came through a proxy that we do not know of is nobody's."""
    if not settings.PROXIES and any(request.headers.get(name) for name in _FORWARDED):
        return False
    try:
        peer = ipaddress.ip_address(client_address(request))
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None)
    return any((mapped or peer) in network for network in settings.METRICS_ALLOW)


def _is_whole(file: Path) -> bool:
    """A process that was killed in the middle of its first write may leave a file that cannot be read."""
    try:
        list(MmapedDict.read_all_values_from_file(str(file)))  # type: ignore[no-untyped-call]  # it has no types
    except Exception:  # noqa: BLE001 -- whatever is wrong with one file, the others are still told
        return False
    return True


def _has_ended(file: Path) -> bool:
    return not (_PROC / file.stem.rpartition("_")[2]).exists()


def _merged(files: Iterable[Path]) -> Iterable[Metric]:
    names = [str(file) for file in files]
    found: Iterable[Metric] = MultiProcessCollector.merge(names)  # type: ignore[no-untyped-call]  # it has no types
    return found


def _counted(commands: Iterable[Started]) -> Iterable[Metric]:
    files = [file for command in commands for file in command.folder.glob("*.db")]
    # What a dead process was doing is not being done; what it has done stays counted.
    files = [file for file in files if not (file.name.startswith("gauge_live") and _has_ended(file))]
    try:
        return _merged(files)
    except Exception:  # noqa: BLE001 -- see _is_whole
        return _merged(file for file in files if _is_whole(file))


def _process_metrics(commands: Iterable[Started]) -> Iterator[Metric]:
    cpu = CounterMetricFamily("openlk_process_cpu_seconds", "CPU used.", labels=["role", "pid"])
    memory = GaugeMetricFamily("openlk_process_resident_bytes", "Memory in use.", labels=["role", "pid"])
    for command in commands:
        for pid in command.pids:
            try:
                fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
                pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
            except OSError:
                continue
            # Fields 14 and 15 of proc(5), counted after the name: user and system time.
            cpu.add_metric([command.role, str(pid)], (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
            memory.add_metric([command.role, str(pid)], pages * os.sysconf("SC_PAGE_SIZE"))
    yield cpu
    yield memory


@cache
def _build() -> GaugeMetricFamily:
    build = GaugeMetricFamily("openlk_build_info", "The version that runs.", labels=["version"])
    build.add_metric([version("openlk")], 1)
    return build


class _Collected(Collector):
    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Metric]:
        return self._collect()


def exposition() -> bytes:
    """Everything, of all processes of this machine and of the database, in Prometheus' text format."""
    commands = running() if "PROMETHEUS_MULTIPROC_DIR" in os.environ else []
    registry = CollectorRegistry(auto_describe=False)
    sources: list[Callable[[], Iterable[Metric]]] = [
        # One process alone keeps its counts in its own memory.
        lambda: _counted(commands) if commands else REGISTRY.collect(),
        lambda: _process_metrics(commands),
        lambda: [_build()],
        business_metrics,
    ]
    for source in sources:
        registry.register(_Collected(source))
    return generate_latest(registry)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """`/metrics`; for peers in OPENLK_METRICS_ALLOW, for all others there is no such page."""
    if not may_read(request):
        raise Http404
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
