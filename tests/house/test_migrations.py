"""The migrations make exactly the tables that the models describe."""

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def missing(state: ProjectState) -> list[str]:
    """The applications whose migrations do not lead to this state of the models."""
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), state).changes(graph=loader.graph)
    return sorted(changes)


def test_no_migration_is_missing() -> None:
    assert missing(ProjectState.from_apps(apps)) == []


def test_a_missing_migration_would_be_caught() -> None:
    state = ProjectState.from_apps(apps)
    state.remove_model("audit", "event")
    assert missing(state) == ["audit"]
