//! Sales and enrollments in a real browser, against the demo school: an owner looks at what happened, makes a promotion
//! with its coupons, answers a request, enrols somebody and ends it. Pictures of every page are kept in `target/pictures`.

use super::in_a_browser::owner;
use crate::support::chromium::{Chromium, Screen};

async fn what_was_sold(browser: &Chromium, school: &str) {
    browser.open(&format!("{school}/manage?period=90")).await;
    browser.look("manage-home-numbers").await;
    browser.follow("12 months").await;
    assert!(browser.address().await.ends_with("period=365"));
    browser.open(&format!("{school}/manage?from=2024-03-02&to=2024-03-01")).await;
    assert!(browser.text().await.contains("must not be after the other date"));
    browser.look("manage-home-wrong-dates").await;
    browser.open(&format!("{school}/manage/orders")).await;
    browser.look("manage-orders").await;
    browser.open(&format!("{school}/manage/orders?status=complete&q=zzz")).await;
    browser.look("manage-orders-none").await;
    browser.open(&format!("{school}/manage/orders?sort=created_at")).await;
    browser.follow("1001").await;
    browser.look("manage-order").await;
    browser.open(&format!("{school}/manage/external_orders?order_type=subscription")).await;
    browser.look("manage-external-orders").await;
    browser.click("(//a[@class='row' and contains(@href, 'external_orders')])[1]").await;
    browser.look("manage-external-order").await;
    browser.open(&format!("{school}/manage/reconciliation")).await;
    browser.look("manage-reconciliation").await;
    browser.open(&format!("{school}/manage/reconciliation?from=2020-01-01&to=2020-02-01")).await;
    browser.look("manage-reconciliation-none").await;
}

async fn what_is_taken_off(browser: &Chromium, school: &str) {
    browser.open(&format!("{school}/manage/promotions")).await;
    browser.look("manage-promotions").await;
    browser.follow("Make a promotion").await;
    browser.fill("name", "Autumn bread").await;
    browser.fill("amount", "a lot").await;
    browser.press("Make the promotion").await;
    assert!(browser.text().await.contains("How much is not a number"));
    browser.look("manage-promotion-problems").await;
    browser.fill("amount", "15").await;
    browser.press("Make the promotion").await;
    assert!(browser.text().await.contains("Now make its coupons."));
    browser.look("manage-promotion-new").await;
    browser.fill("code", "AUTUMN").await;
    browser.press("Make the coupon").await;
    browser.fill("bulk_quantity", "40").await;
    browser.press("Make the coupons").await;
    assert!(browser.text().await.contains("40 coupons were made."));
    browser.look("manage-promotion").await;
    browser.open(&format!("{}?page=2", browser.address().await.split('?').next().unwrap_or_default())).await;
    browser.follow("AUTUMN").await;
    browser.look("manage-coupon").await;
    browser.open(&format!("{school}/manage/product_publish_requests")).await;
    browser.look("manage-publish-requests").await;
    browser.click("//a[@class='row']").await;
    browser.look("manage-publish-request").await;
    browser.press("Deny").await;
    browser.click("//a[@class='row']").await;
    browser.press("Deny").await;
    assert!(browser.text().await.contains("No request waits"));
    browser.look("manage-publish-requests-none").await;
}

async fn who_learns(browser: &Chromium, school: &str) {
    browser.open(&format!("{school}/manage/enrollments?q=amara")).await;
    browser.look("manage-enrollments-found").await;
    browser.open(&format!("{school}/manage/enrollments")).await;
    browser.look("manage-enrollments").await;
    browser.follow("Enroll somebody").await;
    browser.fill("person", "nobody@demo.example").await;
    browser.run("document.querySelector('[name=what]').selectedIndex = 1").await;
    browser.press("Enroll them").await;
    assert!(browser.text().await.contains("Who is nobody in this school"));
    browser.look("manage-enrol-problems").await;
    browser.open(&format!("{school}/manage/enrollments?state=completed")).await;
    browser.click("(//table//a[@class='row' and contains(@href, 'enrollments')])[1]").await;
    browser.look("manage-enrollment").await;
    let address = format!("{}#end", browser.address().await);
    browser.open(&address).await;
    browser.look("manage-enrollment-end").await;
    browser.press("End the enrollment").await;
    assert!(browser.text().await.contains("The enrollment has ended."));
    browser.click("//div[@class='card'][.//h2='Student']//a").await;
    browser.look("manage-user-purchases").await;
}

async fn an_owner_looks_after_sales(screen: Screen) {
    let Some((browser, school, _home, _server)) = owner(screen).await else { return };
    what_was_sold(&browser, &school).await;
    what_is_taken_off(&browser, &school).await;
    who_learns(&browser, &school).await;
    browser.close().await;
}

#[tokio::test]
async fn an_owner_looks_after_sales_and_enrollments_on_a_desktop() {
    an_owner_looks_after_sales(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_looks_after_sales_and_enrollments_on_a_phone() {
    an_owner_looks_after_sales(Screen::Phone).await;
}
