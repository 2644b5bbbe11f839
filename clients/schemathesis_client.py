"""`schemathesis` from PyPI, unmodified, over the school's own /openapi.json: it makes requests from the
document, valid and invalid, and holds every answer against what the document promises. It creates, changes
and deletes at random, so it gets a throw-away school of its own."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from check import API_KEY, SUBDOMAIN, URL, finish, http, ok, same, step, unmodified

ST = os.path.join(os.path.dirname(sys.executable), "st")
WORK = os.environ.get("CLIENTS_TMP") or "."
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "12")
CHECKS = [
    "not_a_server_error",            # no 5xx, whatever is sent
    "status_code_conformance",       # only statuses that the document names
    "content_type_conformance",      # only content types that it names for them
    "response_headers_conformance",  # the headers that it names are there, in their types
    "response_schema_conformance",   # bodies match its schemas
    "ignored_auth",                  # nothing but 401 without a key or with a wrong one
    "use_after_free",                # a deleted thing is gone
]
# Not used: negative_data_rejection (the API takes unknown fields, ids as strings, form bodies and more on
# purpose), positive_data_acceptance (an id of the right type need not exist), ensure_resource_availability
# (a created user may be removed by a later random call), unsupported_method and missing_required_header
# (the document does not speak of them).
document = {}


def the_library():
    unmodified("schemathesis")


def the_document():
    answer = http("GET", "/openapi.json")
    same(answer.status, 200, "GET /openapi.json")
    document.update(answer.json)
    ok(re.match(r"3\.[01]\.\d+$", document.get("openapi", "")), "it is OpenAPI 3.0 or 3.1", document.get("openapi"))
    ok(len(operations()) >= 72, "it has the 72 operations of the Admin API (without site scripts) at least", f"{len(operations())} operations")
    for p in ("/users", "/courses/{id}/chapters", "/coupons/bulk_create", "/external_orders/{id}/transactions/refund"):
        ok(any(path.endswith(p) for _, path in operations()), f"it has {p}")


def operations():
    return [(m.upper(), p) for p, item in document.get("paths", {}).items() for m in item
            if m in ("get", "put", "post", "delete", "patch", "head", "options", "trace")]


def configuration():
    """Tells schemathesis our credentials by the names of the document's security schemes. (Given as plain
    headers instead, its ignored_auth sends the right key together with a wrong Bearer token.)"""
    schemes = document.get("components", {}).get("securitySchemes", {})
    values = {"x-auth-api-key": API_KEY, "x-auth-subdomain": SUBDOMAIN}
    ours = {name: values[s["name"].lower()] for name, s in schemes.items()
            if s.get("type") == "apiKey" and s.get("in") == "header" and s.get("name", "").lower() in values}
    same(len(ours), 2, "the document has X-Auth-API-Key and X-Auth-Subdomain as security schemes")
    lines = []
    for name, value in ours.items():
        lines += [f"[auth.openapi.{json.dumps(name)}]", f"api_key = {json.dumps(value)}"]
    for method, path in operations():
        needs = document["paths"][path][method.lower()].get("security", document.get("security", []))
        if needs and not any(not set(n) - set(ours) for n in needs):  # Bearer only, as on the Webhooks API
            lines += ["[[operations]]", f"include-path = {json.dumps(path)}", f"include-method = {json.dumps(method)}",
                      "headers = { Authorization = " + json.dumps(f"Bearer {API_KEY}") + " }"]
    path = os.path.join(WORK, "schemathesis.toml")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    return path


def run():
    limit = http("GET", "/api/public/v1/users", query={"limit": 1}).headers.get("RateLimit-Limit")
    report = os.path.join(WORK, "schemathesis.json")
    args = [ST, "--config-file", configuration(), "run", URL + "/openapi.json", "--origin", URL,
            "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", EXAMPLES, "--workers", "1", "--continue-on-failure", "--seed", "20240101", "--no-shrink",
            "--generation-database", "none", "--suppress-health-check", "all", "--request-timeout", "30", "--no-color",
            "--report", "json,junit,ndjson", "--report-json-path", report,
            "--report-junit-path", os.path.join(WORK, "schemathesis.xml"),
            "--report-ndjson-path", os.path.join(WORK, "schemathesis.ndjson")]
    if limit and limit.isdigit() and int(limit) < 1000:
        print(f"    the school allows {limit} requests a minute: this will take long")
        args += ["--rate-limit", f"{max(1, int(limit) - 5)}/m"]
    done = subprocess.run(args, capture_output=True, text=True, cwd=WORK)
    with open(os.path.join(WORK, "schemathesis.txt"), "w", encoding="utf-8") as f:
        f.write(done.stdout + done.stderr)
    if done.returncode not in (0, 1):
        ok(False, "schemathesis ran", (done.stdout + done.stderr)[-1500:])
        return
    with open(report, encoding="utf-8") as f:
        results = json.load(f)
    judge(results, done)


def judge(results, done):
    if os.environ.get("CLIENTS_VERBOSE"):
        print(done.stdout)
    same((results["complete"], results["operations"]["tested"]), (True, results["operations"]["total"]),
         "schemathesis came to its end and tested every operation")
    same(results["errors"], [], "schemathesis could use the whole document")
    failures = {}
    for failure in results["failures"]:
        for operation in failure["operations"]:
            failures.setdefault(operation, []).append(failure["title"])
    for method, path in operations():
        found = failures.pop(f"{method} {path}", [])
        ok(not found, f"{method} {path}", ", ".join(found))
    for operation, found in failures.items():  # methods that the document does not name
        ok(False, operation, ", ".join(found))
    same(done.returncode, 0, "schemathesis found nothing")
    cases = results["test_cases"]
    print(f"    {cases['generated']} test cases, {cases['unique_failures']} different failures, "
          f"{results['running_time']:.0f} s" + (f"; details: {WORK}/schemathesis.txt" if done.returncode else ""))


for group in (the_library, the_document, run):
    step(group)
finish()
