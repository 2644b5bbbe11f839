"""`airbyte-cdk` from PyPI, unmodified: its own command line source-declarative-manifest runs the
connector in airbyte/ over every list of the Admin API, with two ways of paging. What it read is held against the school's own
counts (meta.pagination.total_items) and against the connector's schemas."""

import collections
import datetime
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from check import API_KEY, SUBDOMAIN, URL, every, finish, ok, same, step, total, unmodified

import jsonschema
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(os.path.dirname(sys.executable), "source-declarative-manifest")
WORK = tempfile.mkdtemp(dir=os.environ.get("CLIENTS_TMP"))
BY_COUNT = os.path.join(HERE, "airbyte", "connector.yaml")
BY_NEXT_PAGE = os.path.join(WORK, "by_next_page.yaml")
with open(BY_COUNT, encoding="utf-8") as f:
    connector = yaml.safe_load(f)
with open(os.path.join(HERE, "airbyte", "next_page.yaml"), encoding="utf-8") as f:
    connector["definitions"]["pages"]["pagination_strategy"] = yaml.safe_load(f)
with open(BY_NEXT_PAGE, "w", encoding="utf-8") as f:
    yaml.safe_dump(connector, f)


def airbyte(manifest, command, config=None, catalog=None, state=None):
    """Runs the connector; gives its exit code and its messages by type."""
    def stored(name, value):
        path = os.path.join(WORK, name)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(value, f)
        return path
    args = [TOOL, command, "--manifest-path", manifest, "--config",
            stored("config.json", {"api_url": URL, "api_key": API_KEY, "subdomain": SUBDOMAIN, "page_size": 250,
                                   "updated_after": "2000-01-01T00:00:00Z", **(config or {})})]
    if catalog is not None:
        args += ["--catalog", stored("catalog.json", catalog)]
    if state is not None:
        args += ["--state", stored("state.json", state)]
    run = subprocess.run(args, capture_output=True, text=True, cwd=WORK, timeout=1800)
    messages = collections.defaultdict(list)
    for line in run.stdout.splitlines():
        try:
            m = json.loads(line)
        except ValueError:
            continue
        messages[m.get("type")].append(m)
    if run.returncode and run.stderr:
        messages["STDERR"].append(run.stderr[-1500:])
    return run.returncode, messages


def troubles(messages):
    return [m["trace"]["error"]["message"] + " " + str(m["trace"]["error"].get("internal_message"))
            for m in messages["TRACE"] if m["trace"]["type"] == "ERROR"] + messages["STDERR"]


def the_library():
    unmodified("airbyte-cdk")


def check():
    code, messages = airbyte(BY_COUNT, "check")
    same([m["connectionStatus"]["status"] for m in messages["CONNECTION_STATUS"]], ["SUCCEEDED"], "check succeeds")
    code, messages = airbyte(BY_COUNT, "check", {"api_key": "wrong"})
    same([m["connectionStatus"]["status"] for m in messages["CONNECTION_STATUS"]], ["FAILED"], "check with a wrong key fails")


def catalog_of(manifest):
    code, messages = airbyte(manifest, "discover")
    streams = messages["CATALOG"][0]["catalog"]["streams"] if messages["CATALOG"] else []
    ok(code == 0 and len(streams) == 21, "discover gives 21 streams", troubles(messages) or len(streams))
    return streams


def configured(streams):
    return {"streams": [{"stream": s, "destination_sync_mode": "overwrite", "sync_mode":
                         "incremental" if s["name"] == "enrollments_updated" else "full_refresh"} for s in streams]}


_expected = {}


def expected():
    """How many records each stream must give, asked of the school directly, once."""
    if _expected:
        return _expected
    want = {name: total("/" + name) for name in (
        "users", "courses", "enrollments", "orders", "products", "promotions", "collections", "groups", "instructors",
        "custom_profile_field_definitions", "product_publish_requests")}
    courses, chapters = every("/courses"), []
    for c in courses:
        chapters += every(f"/courses/{c['id']}/chapters")
    bundles = [p["productable_id"] for p in every("/products") if p["productable_type"] == "Bundle"]
    want["coupons"] = sum(total("/coupons", promotion_id=p["id"]) for p in every("/promotions"))
    want["course_reviews"] = sum(total("/course_reviews", course_id=c["id"]) for c in courses)
    want["chapters"] = len(chapters)
    want["contents"] = sum(total(f"/chapters/{c['id']}/contents") for c in chapters)
    want["collection_products"] = sum(total(f"/collections/{c['id']}/products") for c in every("/collections"))
    want["bundle_products"] = want["bundles"] = len(bundles)
    want["bundle_courses"] = sum(total(f"/bundles/{b}/courses") for b in bundles)
    want["bundle_enrollments"] = sum(total(f"/bundles/{b}/enrollments") for b in bundles)
    want["enrollments_updated"] = want["enrollments"]
    _expected.update(want)
    return want


# One record may be reached through more than one parent.
MANY = {"collection_products", "bundle_courses", "bundle_enrollments"}


def read(manifest, name, config=None):
    streams = catalog_of(manifest)
    code, messages = airbyte(manifest, "read", config, configured(streams))
    ok(code == 0 and not troubles(messages), f"{name}: read ends well", troubles(messages))
    got = collections.defaultdict(list)
    for m in messages["RECORD"]:
        got[m["record"]["stream"]].append(m["record"]["data"])
    want = expected()
    size = (config or {}).get("page_size", 250)
    if size < 250:
        ok(max(want.values()) > size, f"{name}: the school has a list of more than one page", want)
    for s in streams:
        records = got[s["name"]]
        same(len(records), want[s["name"]], f"{name}: {s['name']} count is meta.pagination.total_items")
        ids = [r.get("id") for r in records]
        if s["name"] not in MANY:
            same(len(set(ids)), len(ids), f"{name}: {s['name']} has each id once")
        validator = jsonschema.Draft7Validator(s["json_schema"])
        wrong = collections.Counter()
        for r in records:
            for e in validator.iter_errors(r):
                wrong[f"{'.'.join('[]' if isinstance(p, int) else p for p in e.absolute_path)}: {e.message}"[:160]] += 1
        ok(not wrong, f"{name}: {s['name']} records have the types of the schema", wrong.most_common(8))


def by_page_count():
    read(BY_COUNT, "pages of 250")


def by_page_count_small():
    read(BY_COUNT, "pages of 10", {"page_size": 10})


def by_next_page():
    read(BY_NEXT_PAGE, "next_page", {"page_size": 10})


def incremental():
    """A second sync from the state of the first: query[updated_after] leaves only what is new."""
    streams = [s for s in catalog_of(BY_COUNT) if s["name"] == "enrollments_updated"]
    catalog = configured(streams)
    code, first = airbyte(BY_COUNT, "read", None, catalog)
    same(len(first["RECORD"]), total("/enrollments"), "incremental: the first sync reads every enrollment")
    ok(first["STATE"], "incremental: the first sync leaves a state")
    if first["STATE"]:
        code, second = airbyte(BY_COUNT, "read", None, catalog, [first["STATE"][-1]["state"]])
        ok(code == 0 and not troubles(second), "incremental: the second sync ends well", troubles(second))
        last = max(m["record"]["data"]["updated_at"] for m in first["RECORD"])[:19]  # the cursor counts in seconds
        early = [m["record"]["data"]["updated_at"] for m in second["RECORD"] if m["record"]["data"]["updated_at"][:19] < last]
        same(early, [], "incremental: the second sync reads nothing from before the state")
    later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    same(total("/enrollments", **{"query[updated_after]": later}), 0, "query[updated_after] of tomorrow gives nothing")


for group in (the_library, check, by_page_count, by_page_count_small, by_next_page, incremental):
    step(group)
finish()
