"""Reads the dashboard with Grafana's own model of one (grafana-foundation-sdk), and writes it again: what the model does not know is
missing then. Two fields are Grafana's, too, and not in that model."""

import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

NOT_IN_THE_MODEL = {".templating.list[].definition", ".annotations.list[].titleFormat"}


def lost(before, after, path=""):
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            yield from lost(value, after.get(key), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after):
            yield from lost(one, other, path + "[]")
    elif before != after:
        yield path, before


register_default_plugins()
written = json.load(open(sys.argv[1], encoding="utf-8"))
read = json.loads(JSONEncoder().encode(Dashboard.from_json(written)))
problems = [f"{path}: {value!r}" for path, value in lost(written, read) if path not in NOT_IN_THE_MODEL]
print("\n".join(problems) or f"{len(written['panels'])} panels, all of it known to Grafana's model")
sys.exit(bool(problems))
