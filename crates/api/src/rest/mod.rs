//! The Admin REST API v1: one line an endpoint, grouped by what it is about. How an endpoint is added is written in
//! CONTRIBUTING.md.

pub mod bundles;
pub mod chapters;
pub mod collections;
pub mod contents;
pub mod coupons;
pub mod course_reviews;
pub mod courses;
pub mod custom_profile_field_definitions;
pub mod enrollments;
pub mod external_orders;
pub mod groups;
pub mod instructors;
pub mod orders;
pub mod product_publish_requests;
pub mod products;
pub mod promotions;
pub mod users;

use identity::scopes::Scope;
use web::definition::ApiDefinition;
use web::endpoint::{Endpoint, delete, get, post, put, tagged};
use web::paging::Paging;

/// Where the API lives.
pub const ROOT: &str = "/api/public/v1";

/// The API as a whole.
pub static API: ApiDefinition = ApiDefinition {
    root: ROOT,
    described_at: "/openapi.json",
    title: "Scholae Admin API",
    about: "Read and change a school. Send a Bearer token (of an app, or an API access token of the school), or the \
            school's API key in X-Auth-API-Key and its subdomain in X-Auth-Subdomain. Both belong on a server, never in \
            a page.",
    paging: Paging::Pages,
    bearer_key: false,
    endpoints,
};

/// Every endpoint of the API.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        tagged(
            "Users",
            vec![
                get("/users", "getUsers", Scope::ReadUsers, users::list)
                    .about("Lists the school's users.")
                    .query(users::FILTERS)
                    .lists::<users::UserResponse<'static>>(),
                post("/users", "createUser", Scope::WriteUsers, users::create)
                    .about("Makes a user.")
                    .takes::<users::CreateUserRequest>()
                    .answers::<users::UserResponse<'static>>(201),
                get("/users/{id}", "getUserByID", Scope::ReadUsers, users::get)
                    .about("Gives a user, by id or by the id that a provider knows them by.")
                    .query(users::PROVIDER)
                    .text_id()
                    .answers::<users::UserResponse<'static>>(200),
                put("/users/{id}", "updateUserByID", Scope::WriteUsers, users::update)
                    .about("Changes the given fields of a user.")
                    .query(users::PROVIDER)
                    .text_id()
                    .takes::<users::UpdateUserRequest>(),
                delete("/users/{id}", "deleteUserByID", Scope::WriteUsers, users::delete)
                    .about("Removes a user, their enrollments and memberships. Orders stay.")
                    .query(users::PROVIDER)
                    .text_id(),
                get(
                    "/users/{id}/authentications/{provider}",
                    "getUserAuthByIDAndProvider",
                    Scope::ReadUsers,
                    users::authentication,
                )
                .about("Gives the id by which a provider knows a user.")
                .text_id()
                .answers::<users::AuthenticationResponse>(200),
            ],
        ),
        tagged(
            "Custom Profile Field Definitions",
            vec![
                get(
                    "/custom_profile_field_definitions",
                    "getCustomProfileFields",
                    Scope::ReadCustomProfileFields,
                    custom_profile_field_definitions::list,
                )
                .about("Lists the fields that the school asks its users for.")
                .lists::<custom_profile_field_definitions::CustomProfileFieldDefinitionsResponse<'static>>(),
            ],
        ),
        tagged(
            "Groups",
            vec![
                get("/groups", "getGroups", Scope::ReadGroups, groups::list)
                    .about("Lists the school's groups.")
                    .lists::<groups::GroupResponse<'static>>(),
                post("/groups", "createGroup", Scope::WriteGroups, groups::create)
                    .about("Makes a group.")
                    .takes::<groups::GroupRequest>()
                    .answers::<groups::GroupEnvelope<'static>>(200),
                get("/groups/{id}", "getGroup", Scope::ReadGroups, groups::get)
                    .about("Gives a group.")
                    .answers::<groups::GroupEnvelope<'static>>(200),
                delete("/groups/{id}", "deleteGroupByID", Scope::WriteGroups, groups::delete)
                    .about("Removes a group. Its users stay."),
                get("/groups/{group_id}/analysts", "getGroupAnalysts", Scope::ReadGroups, groups::analysts)
                    .about("Lists the ids of a group's analysts.")
                    .answers::<groups::GetGroupAnalystsResponse>(200),
                post("/groups/{group_id}/analysts", "postGroupAnalysts", Scope::WriteGroups, groups::add_analysts)
                    .about("Makes users analysts of a group. They must have the role group_analyst.")
                    .takes::<groups::GroupAddAnalystRequest>()
                    .empty(201),
                delete(
                    "/groups/{group_id}/analysts/{user_id}",
                    "removeAnalystFromGroup",
                    Scope::WriteGroups,
                    groups::remove_analyst,
                )
                .about("Takes an analyst from a group."),
            ],
        ),
        tagged(
            "Group Analysts",
            vec![
                post(
                    "/group_analysts/{user_id}/groups",
                    "addGroupToAnalyst",
                    Scope::WriteGroups,
                    groups::add_groups_to_analyst,
                )
                .about("Makes a user an analyst of groups.")
                .takes::<groups::GroupAnalystsAddGroupRequest>()
                .empty(201),
                delete(
                    "/group_analysts/{user_id}/groups/{group_id}",
                    "removeGroupFromAnalyst",
                    Scope::WriteGroups,
                    groups::remove_group,
                )
                .about("Takes an analyst from a group."),
            ],
        ),
        tagged(
            "Group Users",
            vec![
                post("/group_users", "createGroupUsers", Scope::WriteGroups, groups::add_user)
                    .about("Puts a user into groups, which are named.")
                    .takes::<groups::CreateGroupUsersRequest>()
                    .empty(201),
            ],
        ),
        // Courses, chapters, contents, course reviews, instructors.
        tagged(
            "Courses",
            vec![
                get("/courses", "getCourses", Scope::ReadCourses, courses::list)
                    .about("Lists the school's courses.")
                    .lists::<courses::CourseResponse<'static>>(),
                get("/courses/{id}", "getCourseByID", Scope::ReadCourses, courses::get)
                    .about("Gives a course.")
                    .answers::<courses::CourseResponse<'static>>(200),
                get("/courses/{id}/chapters", "getChapterOfCourseByID", Scope::ReadCourses, chapters::list)
                    .about("Lists the chapters of a course, in their order.")
                    .lists::<chapters::ChapterResponse<'static>>(),
            ],
        ),
        tagged(
            "Chapters",
            vec![
                get("/chapters/{id}", "getChapterByID", Scope::ReadCourses, chapters::get)
                    .about("Gives a chapter.")
                    .answers::<chapters::ChapterResponse<'static>>(200),
                get("/chapters/{id}/contents", "getContentsByID", Scope::ReadCourses, contents::list)
                    .about("Lists the contents of a chapter, in their order.")
                    .lists::<contents::ContentResponse<'static>>(),
            ],
        ),
        tagged(
            "Contents",
            vec![
                get("/contents/{id}", "getContentByID", Scope::ReadCourses, contents::get)
                    .about("Gives a content: a lesson, a quiz or another piece of a chapter.")
                    .answers::<contents::ContentResponse<'static>>(200),
            ],
        ),
        tagged(
            "Course Reviews",
            vec![
                get("/course_reviews", "getCourseReviews", Scope::ReadCourseReviews, course_reviews::list)
                    .about("Lists the reviews of a course.")
                    .query(course_reviews::FILTERS)
                    .refuses(&[404])
                    .lists::<course_reviews::CourseReviewResponse<'static>>(),
                post("/course_reviews", "createCourseReview", Scope::WriteCourseReviews, course_reviews::create)
                    .about("Makes a user's review of a course. They have one for each course.")
                    .query(course_reviews::COURSE)
                    .refuses(&[404])
                    .takes::<course_reviews::CreateCourseReviewRequest>()
                    .answers::<course_reviews::CourseReviewResponse<'static>>(201),
                get("/course_reviews/{id}", "getCourseReviewByID", Scope::ReadCourseReviews, course_reviews::get)
                    .about("Gives a review.")
                    .answers::<course_reviews::CourseReviewResponse<'static>>(200),
            ],
        ),
        tagged(
            "Instructors",
            vec![
                get("/instructors", "getInstructors", Scope::ReadInstructors, instructors::list)
                    .about("Lists the school's instructors.")
                    .lists::<instructors::InstructorResponse<'static>>(),
                post("/instructors", "createInstructor", Scope::WriteInstructors, instructors::create)
                    .about("Makes an instructor.")
                    .takes::<instructors::InstructorRequest>()
                    .answers::<instructors::InstructorResponse<'static>>(201),
                get("/instructors/{id}", "getInstructorByID", Scope::ReadInstructors, instructors::get)
                    .about("Gives an instructor.")
                    .answers::<instructors::InstructorResponse<'static>>(200),
                put("/instructors/{id}", "updateInstructor", Scope::WriteInstructors, instructors::update)
                    .about("Changes the given fields of an instructor.")
                    .takes::<instructors::InstructorRequest>(),
                delete("/instructors/{id}", "deleteInstructorByID", Scope::WriteInstructors, instructors::delete)
                    .about("Removes an instructor. The courses they taught stay."),
            ],
        ),
        tagged(
            "Products",
            vec![
                get("/products", "getProducts", Scope::ReadProducts, products::list)
                    .about("Lists the school's products.")
                    .lists::<products::ProductResponse<'static>>(),
                get("/products/{id}", "getProductByID", Scope::ReadProducts, products::get)
                    .about("Gives a product.")
                    .answers::<products::ProductResponse<'static>>(200),
                get("/products/{id}/related", "getRelatedProductByProductID", Scope::ReadProducts, products::related)
                    .about("Lists the products related to a product.")
                    .lists::<products::ProductResponse<'static>>(),
            ],
        ),
        tagged(
            "Categories",
            vec![
                get("/collections", "getCollections", Scope::ReadCollections, collections::list)
                    .about("Lists the school's collections.")
                    .lists::<collections::CollectionResponse<'static>>(),
                post("/collections", "crateCollection", Scope::WriteCollections, collections::create)
                    .about("Makes a collection.")
                    .takes::<collections::CollectionRequest>()
                    .answers::<collections::CollectionResponse<'static>>(201),
                get("/collections/{id}", "GetCollectionbyID", Scope::ReadCollections, collections::get)
                    .about("Gives a collection.")
                    .answers::<collections::CollectionResponse<'static>>(200),
                put("/collections/{id}", "updateCollectioByID", Scope::WriteCollections, collections::update)
                    .about("Changes the given fields of a collection.")
                    .takes::<collections::CollectionRequest>(),
                delete("/collections/{id}", "deleteCollectionByID", Scope::WriteCollections, collections::delete)
                    .about("Removes a collection, unless it is the default one. Its products stay.")
                    .refuses(&[422]),
                get("/collections/{id}/products", "getProductsbyID", Scope::ReadCollections, collections::products)
                    .about("Lists the products in a collection.")
                    .lists::<products::ProductResponse<'static>>(),
            ],
        ),
        tagged(
            "Category Memberships",
            vec![
                post(
                    "/collection_memberships/{id}",
                    "addProductsToCategory",
                    Scope::WriteCollections,
                    collections::add_products,
                )
                .about("Puts products into a collection.")
                .takes::<collections::MembershipsRequest>()
                .empty(201),
                delete(
                    "/collection_memberships/{id}",
                    "deleteProductsByID",
                    Scope::WriteCollections,
                    collections::remove_products,
                )
                .about("Takes products out of a collection.")
                .takes::<collections::MembershipsRequest>(),
            ],
        ),
        tagged(
            "Promotions",
            vec![
                get("/promotions", "getPromotions", Scope::ReadPromotions, promotions::list)
                    .about("Lists the school's promotions.")
                    .lists::<promotions::PromotionResponse<'static>>(),
                post("/promotions", "createPromotion", Scope::WritePromotions, promotions::create)
                    .about("Makes a promotion.")
                    .takes::<promotions::PromotionRequest>()
                    .answers::<promotions::PromotionResponse<'static>>(201),
                get("/promotions/{id}", "getPromotionByID", Scope::ReadPromotions, promotions::get)
                    .about("Gives a promotion.")
                    .answers::<promotions::PromotionResponse<'static>>(200),
                put("/promotions/{id}", "updatePromotionByID", Scope::WritePromotions, promotions::update)
                    .about("Changes the given fields of a promotion.")
                    .takes::<promotions::PromotionRequest>(),
                delete("/promotions/{id}", "deletePromotionByID", Scope::WritePromotions, promotions::delete)
                    .about("Removes a promotion and its coupons."),
                get("/promotions/by_coupon", "getPromotionByCoupon", Scope::ReadPromotions, promotions::by_coupon)
                    .about("Gives the promotion that a coupon's code opens for a product.")
                    .query(promotions::BY_COUPON)
                    .answers::<promotions::PromotionResponse<'static>>(200)
                    .refuses(&[404]),
            ],
        ),
        tagged(
            "Coupons",
            vec![
                get("/coupons", "getCoupons", Scope::ReadCoupons, coupons::list)
                    .about("Lists the coupons of a promotion.")
                    .query(coupons::PROMOTION)
                    .lists::<coupons::CouponResponse<'static>>()
                    .refuses(&[404]),
                post("/coupons", "createCoupon", Scope::WriteCoupons, coupons::create)
                    .about("Makes a coupon of a promotion.")
                    .query(coupons::PROMOTION_HERE_OR_BELOW)
                    .takes::<coupons::CreateCouponRequest>()
                    .answers::<coupons::CouponResponse<'static>>(201),
                post("/coupons/bulk_create", "bulkCreateCoupons", Scope::WriteCoupons, coupons::create_many)
                    .about("Makes many coupons of a promotion, with codes that nobody can guess.")
                    .query(coupons::PROMOTION)
                    .takes::<coupons::BulkCreateCouponRequest>()
                    .answers::<coupons::CreateBulkCouponResponse<'static>>(201)
                    .refuses(&[404]),
                get("/coupons/{id}", "getCouponByID", Scope::ReadCoupons, coupons::get)
                    .about("Gives a coupon.")
                    .answers::<coupons::CouponResponse<'static>>(200),
                put("/coupons/{id}", "updateCoupon", Scope::WriteCoupons, coupons::update)
                    .about("Changes the given fields of a coupon.")
                    .takes::<coupons::UpdateCoupon>(),
                delete("/coupons/{id}", "deleteCouponByID", Scope::WriteCoupons, coupons::delete)
                    .about("Removes a coupon."),
            ],
        ),
        tagged(
            "Product Publish Request",
            vec![
                get(
                    "/product_publish_requests",
                    "getProductPublishRequests",
                    Scope::ReadProductPublishRequests,
                    product_publish_requests::list,
                )
                .about("Lists the requests to publish a product that wait for an answer.")
                .lists::<product_publish_requests::ProductPublishRequest<'static>>(),
                get(
                    "/product_publish_requests/{id}",
                    "getProductPublishRequestByID",
                    Scope::ReadProductPublishRequests,
                    product_publish_requests::get,
                )
                .about("Gives a request to publish a product.")
                .answers::<product_publish_requests::ProductPublishRequest<'static>>(200),
                post(
                    "/product_publish_requests/{id}/approve",
                    "approvePublishRequest",
                    Scope::WriteProductPublishRequests,
                    product_publish_requests::approve,
                )
                .about("Approves a request: its product is published.")
                .takes::<product_publish_requests::ProductPublishRequestBody>()
                .empty(200),
                post(
                    "/product_publish_requests/{id}/deny",
                    "denyPublicationRequest",
                    Scope::WriteProductPublishRequests,
                    product_publish_requests::deny,
                )
                .about("Denies a request: its product stays as it is.")
                .takes::<product_publish_requests::ProductPublishRequestBody>()
                .empty(200),
            ],
        ),
        tagged(
            "Bundles",
            vec![
                get("/bundles/{id}", "getBundleByID", Scope::ReadBundles, bundles::get)
                    .about("Gives a bundle.")
                    .answers::<bundles::BundleResponse<'static>>(200),
                get("/bundles/{id}/courses", "getBundlesCoursesByID", Scope::ReadBundles, bundles::courses)
                    .about("Lists the courses in a bundle.")
                    .lists::<courses::CourseResponse<'static>>(),
            ],
        ),
        // Enrollments, bundle enrollments, orders, external orders.
        tagged(
            "Enrollments",
            vec![
                get("/enrollments", "getEnrollments", Scope::ReadEnrollments, enrollments::list)
                    .about("Lists enrollments.")
                    .query(enrollments::FILTERS)
                    .lists::<enrollments::EnrollmentResponse<'static>>(),
                post("/enrollments", "createEnrollment", Scope::WriteEnrollments, enrollments::create)
                    .about("Enrolls a user in a course. An enrollment that has ended is renewed in place.")
                    .takes::<enrollments::CreateEnrollmentRequest>()
                    .answers::<enrollments::EnrollmentResponse<'static>>(201),
                get("/enrollments/{id}", "getEnrollmentsByID", Scope::ReadEnrollments, enrollments::get)
                    .about("Gives an enrollment.")
                    .answers::<enrollments::EnrollmentResponse<'static>>(200),
                put("/enrollments/{id}", "updateEnrollment", Scope::WriteEnrollments, enrollments::update)
                    .about("Changes the given dates of an enrollment; one in the past ends it.")
                    .takes::<enrollments::UpdateEnrollmentRequest>(),
            ],
        ),
        tagged(
            "Bundles",
            vec![
                get(
                    "/bundles/{id}/enrollments",
                    "getBundleEnrollments",
                    Scope::ReadBundles,
                    enrollments::list_of_bundle,
                )
                .about("Lists the enrollments that came with a bundle.")
                .query(enrollments::FILTERS)
                .lists::<enrollments::EnrollmentResponse<'static>>(),
                post(
                    "/bundles/{id}/enrollments",
                    "createEnrollmentInBundle",
                    Scope::WriteBundles,
                    enrollments::create_in_bundle,
                )
                .about(
                    "Enrolls a user in every course of a bundle; enrollments that are neither ended nor trials stay.",
                )
                .takes::<enrollments::BundleEnrollmentRequest>()
                .empty(201),
                put(
                    "/bundles/{id}/enrollments",
                    "updateEnrollmentsInBundle",
                    Scope::WriteBundles,
                    enrollments::update_in_bundle,
                )
                .about("Changes the given dates of every enrollment that a user has through a bundle.")
                .takes::<enrollments::BundleEnrollmentRequest>(),
            ],
        ),
        tagged(
            "Orders",
            vec![
                get("/orders", "getOrders", Scope::ReadOrders, orders::list)
                    .about("Lists the school's orders, the newest first.")
                    .lists::<orders::OrderResponse<'static>>(),
                get("/orders/{id}", "getOrderByID", Scope::ReadOrders, orders::get)
                    .about("Gives an order.")
                    .answers::<orders::OrderResponse<'static>>(200),
            ],
        ),
        tagged(
            "External Orders",
            vec![
                get("/external_orders", "getExternalOrders", Scope::ReadExternalOrders, external_orders::list)
                    .about("Lists what was paid elsewhere, each order with its balance.")
                    .query(external_orders::FILTERS)
                    .lists::<external_orders::ExternalOrderRecord<'static>>(),
                post("/external_orders", "createExternalOrder", Scope::WriteExternalOrders, external_orders::create)
                    .about("Reports an order paid elsewhere. Nobody is enrolled by it.")
                    .takes::<external_orders::ExternalOrderRequest>()
                    .answers::<external_orders::ExternalOrderResponse>(201),
                get(
                    "/external_orders/reconciliation",
                    "reconcileExternalOrders",
                    Scope::ReadExternalOrders,
                    external_orders::reconciliation,
                )
                .about("Sums up what was paid elsewhere in a period, per payment provider and currency.")
                .query(external_orders::PERIOD)
                .refuses(&[422])
                .answers::<external_orders::Reconciliation<'static>>(200),
                get("/external_orders/{id}", "getExternalOrder", Scope::ReadExternalOrders, external_orders::get)
                    .about("Gives an order paid elsewhere with its transactions.")
                    .answers::<external_orders::ExternalOrderLedger<'static>>(200),
                post(
                    "/external_orders/{id}/transactions/purchase",
                    "purchaseExternalOrder",
                    Scope::WriteExternalOrders,
                    external_orders::purchase,
                )
                .about("Reports a payment of an order.")
                .takes::<external_orders::ExternalOrderTransaction>()
                .empty(200),
                post(
                    "/external_orders/{id}/transactions/refund",
                    "refundExternalOrder",
                    Scope::WriteExternalOrders,
                    external_orders::refund,
                )
                .about("Reports a refund of an order, of no more than was paid.")
                .takes::<external_orders::ExternalOrderTransaction>()
                .empty(200),
            ],
        ),
    ]
    .concat()
}
