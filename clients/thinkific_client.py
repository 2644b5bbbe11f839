"""The `thinkific` SDK from PyPI, unmodified, against a running school.

Its base URL (https://api.thinkific.com/api) is a constant, so it runs behind lib/vendor_proxy.py:
clients/run sets HTTPS_PROXY and REQUESTS_CA_BUNDLE, which the `requests` library reads by itself."""

import json
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from check import API_KEY, SUBDOMAIN, finish, get, ok, same, skip, step, total, unmodified, wait_for_window

import thinkific
from thinkific import Thinkific
from thinkific.client import Client
from thinkific.orders import Orders

MARK = uuid.uuid4().hex[:8]
sdk = Thinkific(API_KEY, SUBDOMAIN)
orders = Orders(Client(API_KEY, SUBDOMAIN))  # in the package, but not hung on the Thinkific object


def call(function, *args, **kwargs):
    """Calls the SDK; at the rate limit waits for the next minute, as a patient user of it would."""
    for _ in range(2):
        try:
            return function(*args, **kwargs)
        except Exception as e:  # noqa: BLE001 - the SDK raises plain Exception(status)
            if e.args != (429,):
                raise
            wait_for_window()
    return function(*args, **kwargs)


def status_of(function, *args, **kwargs):
    """The SDK raises Exception(status) for everything from 400 up."""
    try:
        call(function, *args, **kwargs)
        return 200
    except Exception as e:  # noqa: BLE001
        return e.args[0] if e.args else repr(e)


def is_list(answer, what):
    good = isinstance(answer, dict) and isinstance(answer.get("items"), list) and "pagination" in answer.get("meta", {})
    ok(good, f"{what}: items and meta.pagination", answer)
    return answer["items"] if good else []


def the_library():
    unmodified("thinkific")
    same(thinkific.client.BASE_URL, "https://api.thinkific.com/api", "the SDK's own base URL is in use")


def users():
    answer = call(sdk.users.list)
    items = is_list(answer, "users.list")
    same(answer["meta"]["pagination"]["total_items"], total("/users"), "users.list counts every user")
    same(len(items), min(25, total("/users")), "users.list gives 25 at a time")
    email = f"sdk-{MARK}@example.com"
    made = call(sdk.users.create_user, {
        "first_name": "Ada", "last_name": "Lovelace", "email": email, "password": f"pw-{MARK}",
        "company": "Analytical Engines", "headline": "Countess", "bio": "Wrote the first program.",
    })
    ok(isinstance(made.get("id"), int), "users.create_user answers with an integer id", made)
    same(made.get("email"), email, "users.create_user: email")
    same(made.get("full_name"), "Ada Lovelace", "users.create_user: full_name")
    same(status_of(sdk.users.create_user, {"first_name": "A", "last_name": "B", "email": email}), 422,
         "a second user with that e-mail: 422")
    same(status_of(sdk.users.create_user, {"first_name": "A"}), 422, "a user without e-mail: 422")
    same([u["id"] for u in is_list(call(sdk.users.list, email=email), "users.list(email)")], [made["id"]],
         "users.list(email) finds that user alone")
    same([u["id"] for u in is_list(call(sdk.users.list, email=email.upper()), "users.list(EMAIL)")], [made["id"]],
         "users.list(email) does not mind capitals")
    same(is_list(call(sdk.users.list, email=f"nobody-{MARK}@example.com"), "users.list(unknown)"), [],
         "users.list(unknown e-mail) is empty")
    same(call(sdk.users.retrieve_user, made["id"]).get("bio"), "Wrote the first program.", "users.retrieve_user: bio")
    same(call(sdk.users.update_user, made["id"], {"headline": "Mathematician", "external_source": f"src-{MARK}"}), {},
         "users.update_user answers with an empty body")
    now = call(sdk.users.retrieve_user, made["id"])
    same((now.get("headline"), now.get("external_source")), ("Mathematician", f"src-{MARK}"), "the update was kept")
    same((now.get("first_name"), now.get("email")), ("Ada", email), "the update left the rest alone")
    same([u["id"] for u in call(sdk.users.list, external_source=f"src-{MARK}")["items"]], [made["id"]],
         "users.list(external_source)")
    admins = call(sdk.users.list, role="site_admin")["items"]
    ok(admins and all("site_admin" in u["roles"] for u in admins), "users.list(role) gives users of that role", admins)
    two = call(sdk.users.list, page=2, limit=2)
    same((two["meta"]["pagination"]["current_page"], len(two["items"])), (2, 2), "users.list(page=2, limit=2)")
    same(two["meta"]["pagination"]["prev_page"], 1, "users.list(page=2): prev_page")
    definitions = get("/custom_profile_field_definitions")["items"]
    if definitions:
        call(sdk.users.update_user, made["id"], {"custom_profile_fields": [
            {"custom_profile_field_definition_id": definitions[0]["id"], "value": MARK}]})
        same([u["id"] for u in call(sdk.users.list, custom_profile_field_label=definitions[0]["label"],
                                    custom_profile_field_value=MARK)["items"]], [made["id"]],
             "users.list(custom profile field)")
    else:
        skip("users.list(custom profile field)", "the school has no custom profile field")
    for group in get("/groups")["items"][:1]:
        same(call(sdk.users.list, group_id=group["id"])["meta"]["pagination"]["total_items"],
             total("/users", **{"query[group_id]": group["id"]}), "users.list(group_id)")
    same(call(sdk.users.delete_user, made["id"]), {}, "users.delete_user answers with an empty body")
    same(status_of(sdk.users.retrieve_user, made["id"]), 404, "the deleted user is gone: 404")


def courses_chapters_contents():
    answer = call(sdk.courses.list, page=1, limit=250)
    courses = is_list(answer, "courses.list")
    same(len(courses), total("/courses"), "courses.list(limit=250) gives every course")
    course = max(courses, key=lambda c: len(c["chapter_ids"]))
    same(call(sdk.courses.retrieve_course, course["id"])["slug"], course["slug"], "courses.retrieve_course")
    chapters = is_list(call(sdk.courses.retrieve_chapters, course["id"]), "courses.retrieve_chapters")
    same([c["id"] for c in chapters], course["chapter_ids"][:25], "its chapters are the course's chapter_ids, in order")
    chapter = max(chapters, key=lambda c: len(c["content_ids"]))
    same(call(sdk.chapters.retrieve_chapter, chapter["id"])["name"], chapter["name"], "chapters.retrieve_chapter")
    contents = is_list(call(sdk.chapters.retrieve_contents_of_chapter, chapter["id"], page=1, limit=250),
                       "chapters.retrieve_contents_of_chapter")
    same([c["id"] for c in contents], chapter["content_ids"], "its contents are the chapter's content_ids, in order")
    content = call(sdk.contents.retrieve_content, contents[0]["id"])
    same((content["chapter_id"], content["name"]), (chapter["id"], contents[0]["name"]), "contents.retrieve_content")
    same(status_of(sdk.courses.retrieve_course, 999999999), 404, "an unknown course: 404")
    same(status_of(sdk.chapters.retrieve_chapter, 999999999), 404, "an unknown chapter: 404")
    same(status_of(sdk.contents.retrieve_content, 999999999), 404, "an unknown content: 404")


def enrollments():
    same(len(is_list(call(sdk.enrollments.list, limit=250), "enrollments.list")), min(250, total("/enrollments")),
         "enrollments.list(limit=250)")
    course = get("/courses", limit=1)["items"][0]
    email = f"sdk-enroll-{MARK}@example.com"
    user = call(sdk.users.create_user, {"first_name": "Emmy", "last_name": "Noether", "email": email})
    made = call(sdk.enrollments.create_enrollment, {
        "course_id": course["id"], "user_id": user["id"],
        "activated_at": "2024-01-01T00:00:00Z", "expiry_date": "2099-01-01T00:00:00.000Z"})
    ok(isinstance(made.get("id"), int), "enrollments.create_enrollment answers with an integer id", made)
    same((made.get("user_id"), made.get("course_id"), made.get("user_email")), (user["id"], course["id"], email),
         "enrollments.create_enrollment: user_id, course_id, user_email")
    same(made.get("percentage_completed"), "0.0", 'percentage_completed is the string "0.0"')
    same((made.get("expired"), made.get("is_free_trial"), made.get("completed")), (False, False, False),
         "a new full enrollment is not expired, not a trial, not completed")
    same(status_of(sdk.enrollments.create_enrollment, {"course_id": course["id"], "user_id": user["id"],
         "activated_at": "2024-01-01T00:00:00Z"}), 422, "enrolling twice: 422")
    same(call(sdk.enrollments.retrieve_enrollment, made["id"])["course_name"], course["name"],
         "enrollments.retrieve_enrollment")
    for by in ({"user_id": user["id"]}, {"email": email}, {"user_id": user["id"], "course_id": course["id"]},
               {"user_id": user["id"], "full": True}, {"email": email, "created_after": "2020-01-01T00:00:00Z"},
               {"email": email, "created_on_or_after": "2020-01-01T00:00:00Z"},
               {"email": email, "created_before": "2099-01-01T00:00:00Z"},
               {"email": email, "created_on_or_before": "2099-01-01T00:00:00Z"},
               {"email": email, "created_on": made["created_at"][:10]},
               {"email": email, "updated_after": "2020-01-01T00:00:00Z"},
               {"email": email, "updated_before": "2099-01-01T00:00:00Z"},
               {"email": email, "updated_on_or_before": "2099-01-01T00:00:00Z"},
               {"email": email, "updated_on": made["updated_at"][:10]}):
        same([e["id"] for e in call(sdk.enrollments.list, **by)["items"]], [made["id"]],
             f"enrollments.list({', '.join(by)})")
    # The SDK writes booleans as Python does: query[completed]=True, with a capital.
    for by in ({"completed": True}, {"expired": True}, {"free_trial": True}, {"created_before": "2000-01-01T00:00:00Z"},
               {"updated_after": "2098-01-01T00:00:00Z"}):
        same(call(sdk.enrollments.list, email=email, **by)["items"], [], f"enrollments.list(email, {', '.join(by)}) is empty")
    done = call(sdk.enrollments.list, completed=True)["meta"]["pagination"]["total_items"]
    same(done, total("/enrollments", **{"query[completed]": "true"}), "completed=True counts as completed=true")
    same(status_of(sdk.enrollments.update_enrollment, made["id"], {"expiry_date": "2024-02-01T00:00:00Z"}), 200,
         "enrollments.update_enrollment answers with success")
    now = call(sdk.enrollments.retrieve_enrollment, made["id"])
    same((now["expired"], now["expiry_date"][:10]), (True, "2024-02-01"), "the enrollment has expired")
    same([e["id"] for e in call(sdk.enrollments.list, email=email, expired=True)["items"]], [made["id"]],
         "enrollments.list(expired) finds it")
    call(sdk.users.delete_user, user["id"])
    got = status_of(sdk.enrollments.create_enrollment, {"course_id": course["id"], "user_id": 999999999})
    ok(got in (404, 422), "enrolling an unknown user: 404 or 422", f"got {got}")


def products_bundles_orders():
    products = is_list(call(sdk.products.list, limit=250), "products.list")
    same(len(products), total("/products"), "products.list(limit=250) gives every product")
    one = call(sdk.products.retrieve_product, products[0]["id"])
    ok(isinstance(one["price"], str) and isinstance(one["product_prices"], list), "products.retrieve_product: price is a string", one)
    bundles = [p for p in products if p["productable_type"] == "Bundle"]
    if bundles:
        bundle = call(sdk.bundles.retrieve_bundle, bundles[0]["productable_id"])
        same(bundle["id"], bundles[0]["productable_id"], "bundles.retrieve_bundle by the product's productable_id")
        ok(isinstance(bundle["course_ids"], list) and bundle["course_ids"], "the bundle names its courses", bundle)
        # Defects of the SDK: no slash between the version and the path, or a path that does not exist. They
        # cannot succeed anywhere; what matters is a clean refusal.
        number = bundle["id"]
        for name, function, args in (
            ("bundles.retrieve_courses_in_bundle (GET /api/public/v1bundles/…)", sdk.bundles.retrieve_courses_in_bundle, (number,)),
            ("bundles.get_enrollments_in_bundle (GET /api/public/v1bundles/…)", sdk.bundles.get_enrollments_in_bundle, (number,)),
            ("bundles.update_enrollments_in_bundle (PUT /api/public/v1bundles/…)", sdk.bundles.update_enrollments_in_bundle, (number, {"user_id": 1})),
            ("bundles.create_enrollment_in_bundle (POST /bundles/…/courses)", sdk.bundles.create_enrollment_in_bundle, (number, {"user_id": 1})),
        ):
            got = status_of(function, *args)
            ok(got in (404, 405), f"{name} is refused with 404 or 405", f"got {got}")
    else:
        skip("bundles", "the school has no bundle")
    got = status_of(sdk.products.retrieve_product_related, products[0]["id"])
    ok(got in (404, 405), "products.retrieve_product_related (GET /api/public/v1products/…) is refused with 404", f"got {got}")
    found = is_list(call(orders.list, limit=250), "orders.list")
    same(len(found), min(250, total("/orders")), "orders.list(limit=250)")
    if found:
        order = call(orders.retrieve_order, found[0]["id"])
        ok(isinstance(order["amount_dollars"], str) and isinstance(order["amount_cents"], int) and "created_at" in order,
           "orders.retrieve_order: amount_dollars is a string, amount_cents an integer, created_at is there", order)
    else:
        skip("orders.retrieve_order", "the school has no order")


def promotions_and_coupons():
    product = next(p for p in get("/products", limit=250)["items"] if p["productable_type"] == "Course")
    promo = call(sdk.promotions.create_promotion, {
        "name": f"SDK {MARK}", "description": "made by the SDK", "discount_type": "percentage", "amount": 15,
        "product_ids": [product["id"]], "starts_at": "2024-01-01T00:00:00Z", "expires_at": "2099-01-01T00:00:00Z"})
    ok(isinstance(promo.get("id"), int), "promotions.create_promotion answers with an integer id", promo)
    same(promo.get("amount"), "15.0", 'promotion amount is the string "15.0"')
    same(promo.get("product_ids"), [product["id"]], "promotions.create_promotion: product_ids")
    ok(promo["id"] in [p["id"] for p in is_list(call(sdk.promotions.list, limit=250), "promotions.list")],
       "promotions.list has it")
    same(status_of(sdk.promotions.create_promotion, {"discount_type": "percentage", "amount": 10}), 422,
         "a promotion without a name: 422")
    coupon = call(sdk.coupons.create_coupon, promo["id"], {"code": f"SDK{MARK}", "quantity": 5, "note": "note"})
    same((coupon.get("code"), coupon.get("promotion_id"), coupon.get("quantity"), coupon.get("quantity_used")),
         (f"SDK{MARK}", promo["id"], 5, 0), "coupons.create_coupon")
    bulk = call(sdk.coupons.bulk_create_coupons, promo["id"],
                {"bulk_quantity": 3, "bulk_coupon_code_length": 8, "bulk_quantity_per_coupon": 2})
    bulk = bulk["items"] if isinstance(bulk, dict) else bulk
    same((len(bulk), len({c["code"] for c in bulk}), {len(c["code"]) for c in bulk}), (3, 3, {8}),
         "coupons.bulk_create_coupons makes 3 different codes of 8 letters")
    listed = is_list(call(sdk.coupons.list, promo["id"], limit=250), "coupons.list")
    same(sorted(c["id"] for c in listed), sorted([coupon["id"]] + [c["id"] for c in bulk]), "coupons.list(promotion)")
    found = call(sdk.promotions.find_promotion_with_coupon_and_product, product["id"], f"SDK{MARK}")
    same(found.get("id"), promo["id"], "promotions.find_promotion_with_coupon_and_product")
    same(status_of(sdk.promotions.find_promotion_with_coupon_and_product, product["id"], f"NO{MARK}"), 404,
         "an unknown coupon code: 404")
    call(sdk.coupons.update_coupon, coupon["id"], {"code": f"NEW{MARK}", "quantity": 7})
    now = call(sdk.coupons.retrieve_coupon, coupon["id"])
    same((now["code"], now["quantity"]), (f"NEW{MARK}", 7), "coupons.update_coupon, coupons.retrieve_coupon")
    same(call(sdk.coupons.delete_coupon, coupon["id"]), {}, "coupons.delete_coupon answers with an empty body")
    same(status_of(sdk.coupons.retrieve_coupon, coupon["id"]), 404, "the deleted coupon is gone: 404")
    call(sdk.promotions.update_promotion, promo["id"],
         {"name": f"SDK {MARK} 2", "discount_type": "fixed", "amount": 3.5})
    now = call(sdk.promotions.retrieve_promotion, promo["id"])
    same((now["name"], now["discount_type"], now["amount"]), (f"SDK {MARK} 2", "fixed", "3.5"),
         "promotions.update_promotion, promotions.retrieve_promotion")
    same(call(sdk.promotions.delete_promotion, promo["id"]), {}, "promotions.delete_promotion answers with an empty body")
    same(status_of(sdk.promotions.retrieve_promotion, promo["id"]), 404, "the deleted promotion is gone: 404")


def course_reviews():
    course = next((c for c in get("/courses", limit=250)["items"] if c["reviews_enabled"]), None) or get("/courses")["items"][0]
    before = total("/course_reviews", course_id=course["id"])
    user = call(sdk.users.create_user, {"first_name": "Re", "last_name": "Viewer", "email": f"sdk-review-{MARK}@example.com"})
    made = call(sdk.course_reviews.create_course_review, course["id"], {
        "rating": 4, "title": f"Review {MARK}", "review_text": "Clear and short.", "user_id": user["id"], "approved": True})
    same((made.get("rating"), made.get("title"), made.get("course_id"), made.get("approved")),
         (4, f"Review {MARK}", course["id"], True), "course_reviews.create_course_review")
    listed = call(sdk.course_reviews.list, course["id"], page=1, limit=250)
    same(listed["meta"]["pagination"]["total_items"], before + 1, "course_reviews.list counts one more")
    ok(made["id"] in [r["id"] for r in call(sdk.course_reviews.list, course["id"], limit=250, approved=True)["items"]],
       "course_reviews.list(approved=True) has it")
    got = status_of(sdk.course_reviews.retrieve_course_review, made["id"])  # the SDK sends PUT where GET is meant
    ok(got in (404, 405), "course_reviews.retrieve_course_review (PUT) is refused with 404 or 405", f"got {got}")


def webhooks():
    before = call(sdk.webhooks.list)
    ok(isinstance(before.get("items"), list), "webhooks.list: items", before)
    made = call(sdk.webhooks.create_webhook, {"topic": "user.signup", "target_url": f"https://example.com/{MARK}"})
    ok(isinstance(made.get("id"), str), "webhooks.create_webhook answers with a string id", made)
    same((made.get("topic"), made.get("target_url")), ("user.signup", f"https://example.com/{MARK}"), "webhooks.create_webhook")
    same(call(sdk.webhooks.retrieve_webhook, made["id"])["id"], made["id"], "webhooks.retrieve_webhook")
    ok(made["id"] in [w["id"] for w in call(sdk.webhooks.list, limit=100)["items"]], "webhooks.list has it")
    call(sdk.webhooks.update_webhook, made["id"], {"topic": "order.created", "target_url": f"https://example.com/{MARK}/2"})
    now = call(sdk.webhooks.retrieve_webhook, made["id"])
    same((now["topic"], now["target_url"]), ("order.created", f"https://example.com/{MARK}/2"), "webhooks.update_webhook")
    same(call(sdk.webhooks.delete_webhook, made["id"]), {}, "webhooks.delete_webhook answers with an empty body")
    same(status_of(sdk.webhooks.retrieve_webhook, made["id"]), 404, "the deleted webhook is gone: 404")


def refusals():
    same(status_of(Thinkific("wrong", SUBDOMAIN).users.list), 401, "a wrong key: 401")
    same(status_of(Thinkific(API_KEY, "no-such-school").users.list), 401, "a wrong subdomain: 401")
    same(status_of(Thinkific("wrong", SUBDOMAIN).webhooks.list), 401, "a wrong Bearer key on the Webhooks API: 401")


def the_road():
    with open(os.environ["CLIENTS_PROXY_LOG"], encoding="utf-8") as f:
        log = [json.loads(line) for line in f]
    ok(len(log) > 50, "the SDK's requests went through the proxy", f"{len(log)} requests")
    ok(not [r for r in log if r["status"] >= 500], "no answer was a server error",
       [(r["method"], r["path"], r["status"]) for r in log if r["status"] >= 500])


for group in (the_library, users, courses_chapters_contents, enrollments, products_bundles_orders,
              promotions_and_coupons, course_reviews, webhooks, refusals, the_road):
    step(group)
finish()
