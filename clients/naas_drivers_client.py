"""The thinkific driver of `naas-drivers` from PyPI, unmodified. It takes its base URL from THINKIFIC_API_URL.

It prints instead of raising, so its printed lines are part of what is checked."""

import contextlib
import io
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from check import API_KEY, SUBDOMAIN, URL, every, finish, get, http, ok, same, step, total, unmodified

os.environ["THINKIFIC_API_URL"] = URL + "/api/public/v1"
from naas_drivers import thinkific  # reads the variable now

MARK = uuid.uuid4().hex[:8]
naas = thinkific.connect(API_KEY, SUBDOMAIN)


def said(function, *args, **kwargs):
    """The result and what the driver printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        result = function(*args, **kwargs)
    return result, out.getvalue().strip()


def the_library():
    unmodified("naas-drivers")
    same(thinkific.base_url, URL + "/api/public/v1", "the driver took THINKIFIC_API_URL")


def whole(part, path):
    """get_all sends GET path/ with {"page": n} as JSON in the body, and stops when its own count is total_pages."""
    frame = getattr(naas, part).get_all()
    want = every(path)
    same(len(frame), len(want), f"{part}.get_all gives every row")
    if len(want):
        same(sorted(frame["id"].tolist()), sorted(r["id"] for r in want), f"{part}.get_all: each id once")
        ok(set(want[0]) <= set(frame.columns), f"{part}.get_all: every field is a column", sorted(set(want[0]) - set(frame.columns)))
    return frame


def users():
    # More than one page of 25, so that the page in the body of a GET is put to the test.
    for n in range(max(0, 27 - total("/users"))):
        said(naas.users.create, f"naas-{MARK}-{n}@example.com", f"pw-{MARK}", "Page", "Filler")
    whole("users", "/users")
    email = f"naas-{MARK}@example.com"
    uid, text = said(naas.users.create, email, f"pw-{MARK}", "anne marie", "curie", "Institut")
    ok(isinstance(uid, int), "users.create returns the new id", text)
    same(text, f"User successfully created (id={uid})!", "users.create says so")
    one, _ = said(naas.users.get, uid)
    # The driver itself writes first names as Anne-Marie and last names in capitals.
    same((one["first_name"], one["last_name"], one["company"]), ("Anne-Marie", "CURIE", "Institut"), "users.get: as sent")
    _, text = said(naas.users.create, email, None, "A", "B")
    ok(text.startswith("422: ") and "email" in text, "users.create with a taken e-mail prints the 422 and names the field", text)
    _, text = said(naas.users.update, uid, email=email, first_name="Marie", last_name="Curie", company="Sorbonne")
    same(text, f"User '{email}' (id={uid}) updated.", "users.update says so")
    _, text = said(naas.users.update, uid, company="Radium")  # everything else goes as null
    ok(text.endswith("updated."), "users.update with one field: the others, sent as null, are not refused", text)
    now = get(f"/users/{uid}")
    same((now["company"], now["email"], now["first_name"], now["last_name"]), ("Radium", email, "Marie", "CURIE"),
         "users.update with one field left e-mail and names alone")
    _, text = said(naas.users.delete, uid)
    same(text, f"User id (id={uid}) deleted.", "users.delete says so")
    _, text = said(naas.users.get, uid)
    same(text, f"User id (id={uid}) not found.", "users.get of the deleted user: not found")
    _, text = said(naas.users.update, 999999999, email="x@example.com")
    same(text, "User id (id=999999999) not found.", "users.update of an unknown user: not found")
    _, text = said(naas.users.delete, 999999999)
    same(text, "User id (id=999999999) not found.", "users.delete of an unknown user: not found")


def courses():
    frame = whole("courses", "/courses")
    course = frame["id"].tolist()[0]
    same(said(naas.courses.get, course)[0]["name"], get(f"/courses/{course}")["name"], "courses.get")
    same([c["id"] for c in naas.courses.get_chapters(course)["items"]],
         [c["id"] for c in get(f"/courses/{course}/chapters")["items"]], "courses.get_chapters")


def enrollments():
    whole("enrollments", "/enrollments")
    course = get("/courses", limit=1)["items"][0]
    uid, _ = said(naas.users.create, f"naas-enroll-{MARK}@example.com", f"pw-{MARK}", "Lise", "Meitner")
    # Every value goes out as a string: "course_id": "12", "user_id": "34".
    eid, text = said(naas.enrollments.create, course["id"], uid, "01/01/2024", "31/12/2098")
    ok(isinstance(eid, int), "enrollments.create returns the new id", text)
    one, _ = said(naas.enrollments.get, eid)
    same((one["course_id"], one["user_id"], one["activated_at"][:10], one["expiry_date"][:10]),
         (course["id"], uid, "2024-01-01", "2098-12-31"), "enrollments.get: as sent, ids as numbers")
    _, text = said(naas.enrollments.update, eid, "02/01/2024", "01/02/2024")
    same(text, f"Enrollment (id={eid}) updated.", "enrollments.update says so")
    now = get(f"/enrollments/{eid}")
    same((now["activated_at"][:10], now["expiry_date"][:10], now["expired"]), ("2024-01-02", "2024-02-01", True),
         "enrollments.update was kept")
    _, text = said(naas.enrollments.update, eid, expired="31/12/2097")  # activated_at goes as null
    same(text, f"Enrollment (id={eid}) updated.", "enrollments.update with one date: the other, sent as null, is not refused")
    same(get(f"/enrollments/{eid}")["expiry_date"][:10], "2097-12-31", "enrollments.update with one date was kept")
    _, text = said(naas.enrollments.create, course["id"], uid, "01/01/2024", "31/12/2098")
    ok(text.startswith("422: "), "enrollments.create twice prints the 422", text)
    said(naas.users.delete, uid)


def groups():
    whole("groups", "/groups")
    name = f"naas {MARK}"
    try:
        said(naas.groups.send, {"name": name})
    except KeyError as e:
        # It looks for `id` at the top of the answer; POST /groups answers {"group": {…}}. The group is there all the same.
        same(e.args, ("id",), "groups.send: the driver looks for id at the top of the answer")
    made = [g for g in every("/groups") if g["name"] == name]
    same(len(made), 1, "groups.send made the group")
    ok(name in naas.groups.get_all()["name"].tolist(), "groups.get_all has it")
    one, _ = said(naas.groups.get, made[0]["id"])
    same(one["group"]["name"], name, "groups.get gives it inside `group`")
    # The driver writes every value as a string, lists too: "group_names": "['…']". No server can make sense of it.
    uid, _ = said(naas.users.create, f"naas-group-{MARK}@example.com", f"pw-{MARK}", "Mae", "Jemison")
    try:
        _, text = said(naas.group_users.send, {"user_id": uid, "group_names": [name]})
        ok(not text.startswith("5"), "group_users.send with a list written as a string is no server error", text)
    except KeyError as e:
        same(e.args, ("id",), "group_users.send: the driver looks for an id in the answer")
    _, text = said(naas.groups.delete, made[0]["id"])
    same(text, f"Group id (id={made[0]['id']}) deleted.", "groups.delete says so")
    same(http("GET", f"/api/public/v1/groups/{made[0]['id']}").status, 404, "the deleted group is gone: 404")


def refusals():
    wrong = type(naas)().connect("wrong", SUBDOMAIN)
    _, text = said(wrong.users.get, 1)
    ok(text.startswith("401: "), "a wrong key: the driver prints 401 with a JSON body", text)


for group in (the_library, users, courses, enrollments, groups, refusals):
    step(group)
finish()
