//! What somebody bought, in the school and elsewhere, on their page.

use crate::addresses::{EXTERNAL_ORDERS, ORDERS};
use crate::{external_orders, orders};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::grouped;
use school::external_orders::{ExternalOrder, Wanted};
use school::orders::{Order, OrderFilter};
use school::{Page, PageRequest, UserId};
use web::Tx;

/// So many of each stand on somebody's page, the newest.
const SHOWN: i64 = 5;

/// What somebody bought.
pub(super) struct Purchases {
    user: UserId,
    orders: Page<Order>,
    external_orders: Page<ExternalOrder>,
}

impl Purchases {
    pub fn read(tx: &mut Tx<'_>, actor: &Actor, user: UserId) -> school::Result<Self> {
        let (site, newest) = (actor.site().id, PageRequest { descending: true, ..PageRequest::first(SHOWN) });
        let own = OrderFilter { user_id: Some(user), ..OrderFilter::default() };
        let elsewhere = Wanted { user_id: Some(user), ..Wanted::default() };
        Ok(Self {
            user,
            orders: school::orders::list(tx, site, &own, &newest)?,
            external_orders: school::external_orders::list(tx, site, &elsewhere, &newest)?,
        })
    }

    /// A card for each kind; of external orders only where there are any.
    pub fn cards(&self) -> Markup {
        html! {
            div.card {
                (self.head("Orders", ORDERS, self.orders.total))
                @if self.orders.items.is_empty() {
                    div.body { p.muted { "They have not bought anything in the school." } }
                } @else {
                    (orders::rows(&self.orders.items))
                }
            }
            @if !self.external_orders.items.is_empty() {
                div.card {
                    (self.head("External orders", EXTERNAL_ORDERS, self.external_orders.total))
                    (external_orders::rows(&self.external_orders.items))
                }
            }
        }
    }

    fn head(&self, title: &str, list: &str, total: i64) -> Markup {
        html! {
            header {
                div { h2 { (title) } }
                @if total > 0 { a href={ (list) "?user_id=" (self.user) } { "Show all " (grouped(total)) } }
            }
        }
    }
}
