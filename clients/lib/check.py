"""What the client scripts share: counting checks, a plain HTTP client to look at the school from
the side, and a proof that a library is installed as it was published. Standard library only."""

import base64
import hashlib
import importlib.metadata
import json
import os
import sys
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ.get("SCHOLAE_URL", "").rstrip("/")
SUBDOMAIN = os.environ.get("SCHOLAE_SUBDOMAIN", "")
API_KEY = os.environ.get("SCHOLAE_API_KEY", "")

_count = 0
_failed = []
_skipped = []


def ok(condition, what, detail=""):
    """Counts one check. A failed one is reported and the script goes on."""
    global _count
    _count += 1
    if condition:
        if os.environ.get("CLIENTS_VERBOSE"):
            print(f"    ok      {what}")
    else:
        _failed.append(what)
        text = f"    FAILED  {what}"
        if detail != "":
            text += f": {detail if isinstance(detail, str) else json.dumps(detail, default=str)}"[:1500]
        print(text)
    return bool(condition)


def same(got, want, what):
    return ok(got == want, what, f"got {got!r}, wanted {want!r}")


def skip(what, why):
    _skipped.append(what)
    print(f"    skipped {what}: {why}")


def step(function, *args):
    """Runs one group of checks; an exception in it is one failed check and the next group still runs."""
    try:
        return function(*args)
    except Exception:  # noqa: BLE001 - whatever the client threw is the finding
        ok(False, f"{function.__name__} ran to its end", traceback.format_exc().strip())


def finish():
    """Writes the result for clients/run and ends the script."""
    path = os.environ.get("CLIENTS_RESULT")
    if path:
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"{_count} {len(_failed)} {len(_skipped)}\n")
    sys.exit(1 if _failed or not _count else 0)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def http(method, path, body=None, headers=None, query=None):
    """One request straight to the school, with its API key, waiting once when the rate limit says so."""
    url = URL + path
    if query:
        url += "?" + urllib.parse.urlencode(query)
    sent = {"X-Auth-API-Key": API_KEY, "X-Auth-Subdomain": SUBDOMAIN, "User-Agent": "clients-check"}
    sent.update(headers or {})
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        sent["Content-Type"] = "application/json"
    for attempt in range(3):
        request = urllib.request.Request(url, data=data, method=method, headers=sent)
        try:
            with _direct.open(request, timeout=60) as r:
                answer = Answer(r.status, r.headers, r.read())
        except urllib.error.HTTPError as e:
            answer = Answer(e.code, e.headers, e.read())
        if answer.status != 429 or attempt == 2:
            return answer
        wait_for_window(answer.headers.get("RateLimit-Reset"))


def wait_for_window(reset=None):
    """The limit is counted by the clock minute; RateLimit-Reset is in milliseconds since the epoch."""
    now = time.time()
    until = int(reset) / 1000 if reset and str(reset).isdigit() else now - now % 60 + 60
    time.sleep(min(max(until - now, 0) + 0.3, 61))


def get(path, **query):
    a = http("GET", "/api/public/v1" + path, query=query or None)
    if a.status != 200:
        raise RuntimeError(f"GET {path} answered {a.status}: {a.body[:300]!r}")
    return a.json


def total(path, **query):
    return get(path, limit=1, **query)["meta"]["pagination"]["total_items"]


def every(path, **query):
    """All items of a list, by pages of 250."""
    items, page = [], 1
    while page:
        answer = get(path, limit=250, page=page, **query)
        items += answer["items"]
        page = answer["meta"]["pagination"]["next_page"]
    return items


def unmodified(distribution):
    """Every file of the installed package has the SHA-256 that its own RECORD names."""
    d = importlib.metadata.distribution(distribution)
    wrong, files = [], 0
    for f in d.files or []:
        if f.hash is None or f.hash.mode != "sha256":
            continue
        # pip rewrites the first line of console scripts; they are not part of the library.
        if ".." in f.parts:
            continue
        files += 1
        digest = hashlib.sha256(d.locate_file(f).read_bytes()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != f.hash.value:
            wrong.append(str(f))
    ok(files > 0 and not wrong, f"{distribution} {d.version} is installed as published ({files} files)", wrong)
