//! The operations of the Admin API.

use super::Operations;

/// Every one.
#[rustfmt::skip]
pub const OPERATIONS: Operations = &[
    ("GET /users", &[
        "/users",
        "/users?query[group_id]=<group!>",
        "/users?query[email]=<email!>",
        "/users?query[external_source]=<source!>",
        "/users?query[custom_profile_field_label]=<label!>&query[custom_profile_field_value]=<value>",
        "/users?query[custom_profile_field_label]=<label>&query[custom_profile_field_value]=<value!>",
    ]),
    ("POST /users", &[
        r#"/users {"first_name":"A","last_name":"B","email":"new-<n>@example.com",
            "custom_profile_fields":[{"custom_profile_field_definition_id":<definition!>,"value":"x"}]}"#,
    ]),
    ("GET /users/{id}", &["/users/<user!>", "/users/<external_id!>?provider=SSO"]),
    ("PUT /users/{id}", &[
        r#"/users/<user!> {"company":"X"}"#,
        r#"/users/<external_id!>?provider=SSO {"company":"X"}"#,
        r#"/users/<user> {"custom_profile_fields":[{"custom_profile_field_definition_id":<definition!>,"value":"x"}]}"#,
    ]),
    ("DELETE /users/{id}", &["/users/<user!>", "/users/<external_id!>?provider=SSO"]),
    ("GET /users/{id}/authentications/{provider}", &["/users/<user!>/authentications/SSO"]),
    ("GET /custom_profile_field_definitions", &["/custom_profile_field_definitions"]),
    ("POST /custom_profile_field_definitions", &[r#"/custom_profile_field_definitions {"label":"new-<n>"}"#]),
    ("GET /custom_profile_field_definitions/{id}", &["/custom_profile_field_definitions/<definition!>"]),
    ("PUT /custom_profile_field_definitions/{id}", &[
        r#"/custom_profile_field_definitions/<definition!> {"label":"new-<n>"}"#,
    ]),
    ("DELETE /custom_profile_field_definitions/{id}", &["/custom_profile_field_definitions/<definition!>"]),
    ("GET /jobs", &["/jobs"]),
    ("POST /jobs", &[
        r#"/jobs {"kind":"enrollments.create","params":{"course_id":<course!>},"rows":[{"email":"<n>@example.com"}]}"#,
        r#"/jobs {"kind":"enrollments.create","params":{"bundle_id":<bundle!>},"rows":[{"email":"<n>@example.com"}]}"#,
        r#"/jobs {"kind":"enrollments.create","params":{"course_id":<course>,"group_id":<group!>}}"#,
        r#"/jobs {"kind":"enrollments.export","params":{"user_id":<user!>}}"#,
        r#"/jobs {"kind":"users.import","params":{"groups":["<group_name!>"]},
            "rows":[{"first_name":"A","last_name":"B","email":"<n>@example.com"}]}"#,
    ]),
    ("GET /jobs/{id}", &["/jobs/<job!>"]),
    ("GET /jobs/{id}/result", &["/jobs/<job!>/result?format=jsonl"]),
    ("POST /jobs/{id}/cancel", &["/jobs/<open_job!>/cancel"]),
    ("DELETE /jobs/{id}", &["/jobs/<job!>"]),
    ("GET /groups", &["/groups"]),
    ("POST /groups", &[r#"/groups {"name":"new-<n>"}"#]),
    ("GET /groups/{id}", &["/groups/<group!>"]),
    ("DELETE /groups/{id}", &["/groups/<group!>"]),
    ("GET /groups/{group_id}/analysts", &["/groups/<group!>/analysts"]),
    ("POST /groups/{group_id}/analysts", &[
        r#"/groups/<group!>/analysts {"user_ids":[<analyst>]}"#,
        r#"/groups/<group>/analysts {"user_ids":[<analyst!>]}"#,
        r#"/groups/<group>/analysts {"user_ids":[<analyst>,<analyst!>]}"#,
    ]),
    ("DELETE /groups/{group_id}/analysts/{user_id}", &[
        "/groups/<group!>/analysts/<analyst>",
        "/groups/<group>/analysts/<analyst!>",
        "/groups/<group!>/analysts/<analyst!>",
    ]),
    ("POST /group_analysts/{user_id}/groups", &[
        r#"/group_analysts/<analyst!>/groups {"group_ids":[<group>]}"#,
        r#"/group_analysts/<analyst>/groups {"group_ids":[<group!>]}"#,
    ]),
    ("DELETE /group_analysts/{user_id}/groups/{group_id}", &[
        "/group_analysts/<analyst!>/groups/<group>",
        "/group_analysts/<analyst>/groups/<group!>",
        "/group_analysts/<analyst!>/groups/<group!>",
    ]),
    ("POST /group_users", &[
        r#"/group_users {"user_id":<visitor!>,"group_names":["<group_name>"]}"#,
        r#"/group_users {"user_id":<visitor>,"group_names":["<group_name!>"]}"#,
    ]),
    ("GET /courses", &["/courses"]),
    ("GET /courses/{id}", &["/courses/<course!>"]),
    ("GET /courses/{id}/chapters", &["/courses/<course!>/chapters"]),
    ("GET /chapters/{id}", &["/chapters/<chapter!>"]),
    ("GET /chapters/{id}/contents", &["/chapters/<chapter!>/contents"]),
    ("GET /contents/{id}", &["/contents/<content!>"]),
    ("GET /course_reviews", &[
        "/course_reviews?course_id=<course!>",
        "/course_reviews?course_id=<course!>&approved=true",
    ]),
    ("POST /course_reviews", &[
        r#"/course_reviews?course_id=<course!>
            {"user_id":<visitor>,"rating":5,"title":"T","review_text":"R","approved":true}"#,
        r#"/course_reviews?course_id=<course>
            {"user_id":<visitor!>,"rating":5,"title":"T","review_text":"R","approved":true}"#,
        r#"/course_reviews
            {"course_id":<course!>,"user_id":<visitor>,"rating":5,"title":"T","review_text":"R","approved":true}"#,
    ]),
    ("GET /course_reviews/{id}", &["/course_reviews/<review!>"]),
    ("GET /instructors", &["/instructors"]),
    ("POST /instructors", &[
        r#"/instructors {"first_name":"A","last_name":"B","slug":"new-<n>","user_id":<user!>}"#,
    ]),
    ("GET /instructors/{id}", &["/instructors/<instructor!>"]),
    ("PUT /instructors/{id}", &[
        r#"/instructors/<instructor!> {"title":"new-<n>"}"#,
        r#"/instructors/<instructor> {"user_id":<user!>}"#,
    ]),
    ("DELETE /instructors/{id}", &["/instructors/<instructor!>"]),
    ("GET /products", &["/products"]),
    ("GET /products/{id}", &["/products/<product!>"]),
    ("GET /products/{id}/related", &["/products/<product!>/related"]),
    ("GET /collections", &["/collections"]),
    ("POST /collections", &[r#"/collections {"name":"New","description":"D","slug":"new-<n>"}"#]),
    ("GET /collections/{id}", &["/collections/<collection!>"]),
    ("PUT /collections/{id}", &[r#"/collections/<collection!> {"name":"new-<n>"}"#]),
    ("DELETE /collections/{id}", &["/collections/<collection!>"]),
    ("GET /collections/{id}/products", &["/collections/<collection!>/products"]),
    ("POST /collection_memberships/{id}", &[
        r#"/collection_memberships/<collection!> {"product_ids":[<product>]}"#,
        r#"/collection_memberships/<collection> {"product_ids":[<product!>]}"#,
        r#"/collection_memberships/<collection> {"product_ids":[<product>,<product!>]}"#,
    ]),
    ("DELETE /collection_memberships/{id}", &[
        r#"/collection_memberships/<collection!> {"product_ids":[<product>]}"#,
        r#"~/collection_memberships/<collection> {"product_ids":[<product!>]}"#,
    ]),
    ("GET /promotions", &["/promotions"]),
    ("POST /promotions", &[
        r#"/promotions {"name":"New","discount_type":"fixed","amount":5,"product_ids":[<product!>]}"#,
        r#"-/promotions {"name":"New","discount_type":"fixed","amount":5,"coupon_ids":[<coupon!>]}"#,
    ]),
    ("GET /promotions/{id}", &["/promotions/<promotion!>"]),
    ("PUT /promotions/{id}", &[
        r#"/promotions/<promotion!> {"name":"new-<n>"}"#,
        r#"/promotions/<promotion> {"product_ids":[<product!>]}"#,
        r#"/promotions/<promotion> {"coupon_ids":[<coupon!>]}"#,
    ]),
    ("DELETE /promotions/{id}", &["/promotions/<promotion!>"]),
    ("GET /promotions/by_coupon", &[
        "/promotions/by_coupon?product_id=<product!>&coupon_code=<code>",
        "/promotions/by_coupon?product_id=<product>&coupon_code=<code!>",
        "/promotions/by_coupon?product_id=<product!>&coupon_code=<code!>",
    ]),
    ("GET /coupons", &["/coupons?promotion_id=<promotion!>"]),
    ("POST /coupons", &[
        r#"/coupons?promotion_id=<promotion!> {"code":"new-<n>","note":"N","quantity":5}"#,
        r#"/coupons {"code":"new-<n>","promotion_id":<promotion!>}"#,
    ]),
    ("POST /coupons/bulk_create", &[
        r#"/coupons/bulk_create?promotion_id=<promotion!> {"bulk_quantity":2}"#,
        r#"/coupons/bulk_create {"promotion_id":<promotion!>,"bulk_quantity":2}"#,
    ]),
    ("GET /coupons/{id}", &["/coupons/<coupon!>"]),
    ("PUT /coupons/{id}", &[r#"/coupons/<coupon!> {"note":"new-<n>"}"#]),
    ("DELETE /coupons/{id}", &["/coupons/<coupon!>"]),
    ("GET /product_publish_requests", &["/product_publish_requests"]),
    ("GET /product_publish_requests/{id}", &["/product_publish_requests/<publish_request!>"]),
    ("POST /product_publish_requests/{id}/approve", &[
        r#"/product_publish_requests/<publish_request!>/approve {"user_id":<user>}"#,
        r#"/product_publish_requests/<publish_request>/approve {"user_id":<user!>,"notify_requester":true}"#,
    ]),
    ("POST /product_publish_requests/{id}/deny", &[
        r#"/product_publish_requests/<publish_request!>/deny {"user_id":<user>}"#,
        r#"/product_publish_requests/<publish_request>/deny {"user_id":<user!>,"response_text":"No"}"#,
    ]),
    ("GET /bundles/{id}", &["/bundles/<bundle!>"]),
    ("GET /bundles/{id}/courses", &["/bundles/<bundle!>/courses"]),
    ("GET /bundles/{id}/enrollments", &[
        "/bundles/<bundle!>/enrollments",
        "/bundles/<bundle>/enrollments?query[user_id]=<user!>",
        "/bundles/<bundle>/enrollments?query[course_id]=<course!>",
        "/bundles/<bundle>/enrollments?query[email]=<email!>",
    ]),
    ("POST /bundles/{id}/enrollments", &[
        r#"/bundles/<bundle!>/enrollments {"user_id":<visitor>}"#,
        r#"/bundles/<bundle>/enrollments {"user_id":<visitor!>}"#,
    ]),
    ("PUT /bundles/{id}/enrollments", &[
        r#"/bundles/<bundle!>/enrollments {"user_id":<user>,"expiry_date":"2030-01-01T00:00:00Z"}"#,
        r#"/bundles/<bundle>/enrollments {"user_id":<user!>,"expiry_date":"2030-01-01T00:00:00Z"}"#,
    ]),
    ("GET /enrollments", &[
        "/enrollments",
        "/enrollments?query[user_id]=<user!>",
        "/enrollments?query[course_id]=<course!>",
        "/enrollments?query[email]=<email!>",
        "/enrollments?query[user_id]=<user!>&query[course_id]=<course>",
        "/enrollments?query[user_id]=<user>&query[email]=<email!>",
    ]),
    ("POST /enrollments", &[
        r#"/enrollments {"course_id":<course!>,"user_id":<visitor>}"#,
        r#"/enrollments {"course_id":<course>,"user_id":<visitor!>}"#,
    ]),
    ("GET /enrollments/{id}", &["/enrollments/<enrollment!>"]),
    ("PUT /enrollments/{id}", &[r#"/enrollments/<enrollment!> {"expiry_date":"2030-01-01T00:00:00Z"}"#]),
    ("GET /orders", &["/orders"]),
    ("GET /orders/{id}", &["/orders/<order!>"]),
    ("GET /external_orders", &[
        "/external_orders",
        "/external_orders?query[user_id]=<user!>",
        "/external_orders?query[product_id]=<product!>",
        "/external_orders?query[payment_provider]=<provider!>",
        "/external_orders?query[reference]=<reference!>",
    ]),
    ("POST /external_orders", &[
        r#"/external_orders {"payment_provider":"P","user_id":<user!>,"product_id":<product>,"order_type":"one-time",
            "transaction":{"amount":100,"currency":"USD","reference":"new-<n>"}}"#,
        r#"/external_orders {"payment_provider":"P","user_id":<user>,"product_id":<product!>,"order_type":"one-time"}"#,
    ]),
    ("GET /external_orders/reconciliation", &[
        "/external_orders/reconciliation",
        "/external_orders/reconciliation?payment_provider=<provider!>",
    ]),
    ("GET /external_orders/{id}", &["/external_orders/<external_order!>"]),
    ("POST /external_orders/{id}/transactions/purchase", &[
        r#"/external_orders/<external_order!>/transactions/purchase
            {"amount":100,"currency":"USD","reference":"new-<n>"}"#,
    ]),
    ("POST /external_orders/{id}/transactions/refund", &[
        r#"/external_orders/<external_order!>/transactions/refund {"amount":1,"currency":"USD","reference":"new-<n>"}"#,
    ]),
    ("GET /security_log", &[
        "/security_log",
        "/security_log?query[user_id]=<analyst!>",
        "/security_log?query[actor_user_id]=<analyst!>",
    ]),
];
