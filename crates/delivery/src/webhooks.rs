//! Webhooks: who asked to hear of what; their deliveries, to be looked at and repeated.

use school::check::{Check, Set};
use school::error::{Error, Result};
use school::events::{self, Topic};
use school::time::Nanos;
use store::deliveries;
pub use store::deliveries::{AttemptRow as Attempt, DeliveryState, NamedDelivery as Delivery};
use store::webhooks as rows;
pub use store::webhooks::WebhookRow as Webhook;
use store::{AppId, DeliveryId, Page, PageRequest, SiteId, TimeRange, Tx, WebhookNumber};

/// Deliveries that one call lets wait again, gives up or makes, at most.
pub const MOST: i64 = 500;
/// How much of the body of an answer is kept, to be looked at, in bytes.
pub const KEPT_ANSWER: usize = 1024;
/// Events that one call of [`replay`] looks at, at most.
const LOOKED_AT: i64 = 20_000;

/// What a webhook is to be, as far as the request says.
#[derive(Debug, Clone, Default)]
pub struct WebhookChanges {
    /// The name of its topic.
    pub topic: Option<String>,
    /// Where events are sent. Whether that is an address events may be sent to is the sender's to say, and was asked
    /// before: [`Set::Clear`] when it is not.
    pub target_url: Set<String>,
    /// Whether events are sent at all.
    pub active: Option<bool>,
}

/// Whose webhooks a caller sees and changes. An app has its own in each school, and a school has its own: neither sees
/// the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner(pub Option<AppId>);

impl Owner {
    /// The school itself.
    pub const SCHOOL: Self = Self(None);

    /// An app.
    #[must_use]
    pub fn app(id: AppId) -> Self {
        Self(Some(id))
    }

    fn sees(self, webhook: &Webhook) -> bool {
        self == Self::SCHOOL || webhook.app_id == self.0
    }
}

/// A page of the webhooks of a school itself, or of an app in it.
pub fn list(tx: &mut Tx<'_>, site: SiteId, owner: Owner, ask: &PageRequest) -> Result<Page<Webhook>> {
    Ok(rows::page(tx, site, owner.0, ask)?)
}

/// The school's own webhooks of which nothing arrives, those that fail longest first, at most so many: they fail, or were
/// switched off for it. Those that somebody has switched off are none of them.
pub fn failing(tx: &mut Tx<'_>, site: SiteId, most: i64) -> Result<Vec<Webhook>> {
    let failing = rows::failing(tx, site, most)?;
    Ok(failing.into_iter().filter(|webhook| !is_off_by_request(webhook)).collect())
}

/// Whether a webhook is off because somebody wanted it so.
#[must_use]
pub fn is_off_by_request(webhook: &Webhook) -> bool {
    !webhook.active && webhook.off_reason.as_deref() == Some(OFF_BY_REQUEST)
}

/// How many deliveries of a webhook there are in a state.
pub fn count(tx: &mut Tx<'_>, site: SiteId, webhook: &Webhook, state: DeliveryState) -> Result<i64> {
    let filter = deliveries::DeliveryFilter {
        webhook: Some(webhook.number),
        state: Some(state),
        ..deliveries::DeliveryFilter::default()
    };
    Ok(deliveries::page(tx, site, &filter, &PageRequest::first(1))?.total)
}

/// The webhooks that deliveries are to, of the school and of apps, as far as they are still there.
pub fn of_deliveries(tx: &mut Tx<'_>, site: SiteId, deliveries: &[Delivery]) -> Result<Vec<Webhook>> {
    let mut found: Vec<Webhook> = Vec::new();
    for delivery in deliveries {
        let number = delivery.row.webhook;
        if delivery.webhook_id.is_some() && found.iter().all(|webhook| webhook.number != number) {
            found.extend(rows::get(tx, site, number)?);
        }
    }
    Ok(found)
}

/// The number that the school's webhooks go on after when the last one read has this id. It may have been removed
/// meanwhile: ids are moments, and so have a place without their webhook.
pub fn place(tx: &mut Tx<'_>, site: SiteId, id: &str) -> Result<i64> {
    Ok(rows::last_to(tx, site, id)?.map_or(0, |webhook| webhook.number.get()))
}

/// Whether this could be the id of a webhook: 23 digits.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == 23 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// One webhook, by its id on the wire.
///
/// # Errors
/// [`Error::NotFound`] when there is no such webhook, or it is another's.
pub fn get(tx: &mut Tx<'_>, site: SiteId, owner: Owner, id: &str) -> Result<Webhook> {
    rows::by_id(tx, site, id)?.filter(|webhook| webhook.app_id == owner.0).ok_or(Error::NotFound)
}

fn topic_of(check: &mut Check, name: &str) -> Option<Topic> {
    let topic = Topic::named(name.trim());
    if topic.is_none() {
        check.add("topic", unknown_topic());
    }
    topic
}

/// What is said of a topic that there is not.
#[must_use]
pub fn unknown_topic() -> String {
    // Clients know the first words; the rest is for whoever reads them.
    let known: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
    format!("invalid format: it must be one of {}", known.join(", "))
}

/// Makes a webhook. The same topic and address twice are two webhooks.
///
/// # Errors
/// [`Error::Invalid`] `topic` and `url`.
pub fn create(tx: &mut Tx<'_>, site: SiteId, owner: Owner, by: &str, wanted: &WebhookChanges) -> Result<Webhook> {
    let mut check = Check::new();
    let topic = topic_of(&mut check, wanted.topic.as_deref().unwrap_or_default());
    let target_url = wanted.target_url.value();
    check.that(target_url.is_some(), "url", "is not valid");
    check.done()?;
    let (Some(topic), Some(target_url)) = (topic, target_url) else { return Err(Error::NotFound) };
    // The id is the moment of creation: unique, and growing with the number, even when the clock is set back.
    let last = rows::last_to(tx, site, &"9".repeat(23))?.map_or(0, |last| last.created_at_ns);
    let at = Nanos::now().0.max(last + 1);
    let active = wanted.active.unwrap_or(true);
    let webhook = Webhook {
        number: WebhookNumber::next(tx)?,
        id: Nanos(at).digits(),
        app_id: owner.0,
        topic: topic as i64,
        target_url: target_url.clone(),
        active,
        off_reason: (!active).then(|| OFF_BY_REQUEST.to_owned()),
        created_at_ns: at,
        created_by: by.to_owned(),
        updated_at_ns: at,
        updated_by: by.to_owned(),
        failing_since: None,
    };
    rows::insert(tx, site, &webhook)?;
    Ok(webhook)
}

const OFF_BY_REQUEST: &str = "switched off by request";

/// Changes what the request mentions of a webhook. One that is switched on starts anew: nothing is held against it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] `topic` and `url`.
pub fn update(
    tx: &mut Tx<'_>,
    site: SiteId,
    owner: Owner,
    id: &str,
    by: &str,
    wanted: &WebhookChanges,
) -> Result<Webhook> {
    let mut webhook = get(tx, site, owner, id)?;
    let mut check = Check::new();
    if let Some(name) = &wanted.topic
        && let Some(topic) = topic_of(&mut check, name)
    {
        webhook.topic = topic as i64;
    }
    match &wanted.target_url {
        Set::Keep => {}
        Set::Clear => check.add("url", "is not valid"),
        Set::To(url) if *url != webhook.target_url => {
            webhook.target_url.clone_from(url);
            webhook.failing_since = None;
        }
        Set::To(_) => {}
    }
    check.done()?;
    match wanted.active {
        Some(true) => {
            webhook.active = true;
            webhook.off_reason = None;
            webhook.failing_since = None;
        }
        Some(false) if webhook.active => {
            webhook.active = false;
            webhook.off_reason = Some(OFF_BY_REQUEST.to_owned());
        }
        _ => {}
    }
    webhook.updated_at_ns = Nanos::now().0.max(webhook.updated_at_ns + 1);
    by.clone_into(&mut webhook.updated_by);
    rows::update(tx, site, &webhook)?;
    Ok(webhook)
}

/// Removes a webhook, and gives its number. Its deliveries stay to be looked at; those that wait are to be given up
/// with [`give_up`].
///
/// # Errors
/// [`Error::NotFound`] when the school has no such webhook.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, owner: Owner, id: &str) -> Result<WebhookNumber> {
    let webhook = get(tx, site, owner, id)?;
    rows::delete(tx, site, &webhook)?;
    Ok(webhook.number)
}

/// Gives up deliveries that wait for a webhook which is switched off or gone, [`MOST`] at most. Whether there may be
/// more.
pub fn give_up(tx: &mut Tx<'_>, site: SiteId, number: WebhookNumber) -> Result<bool> {
    // It may have been switched on again while its deliveries were being given up.
    if rows::get(tx, site, number)?.is_some_and(|webhook| webhook.active) {
        return Ok(false);
    }
    let now = tx.moment();
    Ok(deliveries::give_up(tx, site, number, now, MOST)? as i64 == MOST)
}

/// Which deliveries a list is of, by the names that clients know.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Those of the webhook with this id.
    pub webhook_id: Option<String>,
    /// Those of the event with this id.
    pub event_id: Option<String>,
    /// Those in this state.
    pub state: Option<DeliveryState>,
}

/// A page of the school's deliveries: the school sees those to apps too, an app those to one webhook of its own.
///
/// # Errors
/// [`Error::Invalid`] when an app does not say which webhook.
pub fn deliveries(
    tx: &mut Tx<'_>,
    site: SiteId,
    owner: Owner,
    wish: &DeliveryFilter,
    ask: &PageRequest,
) -> Result<Page<Delivery>> {
    if owner != Owner::SCHOOL && wish.webhook_id.is_none() {
        return Err(Error::invalid("query[webhook_id]", "must be given by an app"));
    }
    let mut filter = deliveries::DeliveryFilter { state: wish.state, ..deliveries::DeliveryFilter::default() };
    if let Some(id) = &wish.webhook_id {
        let webhook = rows::by_id(tx, site, id)?;
        let Some(webhook) = webhook.filter(|webhook| owner.sees(webhook)) else { return Ok(Page::empty()) };
        filter.webhook = Some(webhook.number);
    }
    if let Some(ulid) = &wish.event_id {
        let Some(event) = store::events::by_ulid(tx, site, ulid)? else { return Ok(Page::empty()) };
        filter.event_id = Some(event.id);
    }
    Ok(deliveries::page(tx, site, &filter, ask)?)
}

/// One delivery.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such delivery, or has forgotten it.
pub fn delivery(tx: &mut Tx<'_>, site: SiteId, owner: Owner, id: DeliveryId) -> Result<Delivery> {
    let delivery = deliveries::named(tx, site, id)?.ok_or(Error::NotFound)?;
    if owner != Owner::SCHOOL && !rows::get(tx, site, delivery.row.webhook)?.is_some_and(|webhook| owner.sees(&webhook))
    {
        return Err(Error::NotFound);
    }
    Ok(delivery)
}

/// Makes sure that an owner may see an event: the school may see all, an app those that were to be sent to it.
///
/// # Errors
/// [`Error::NotFound`] when they may not.
pub fn may_see(tx: &mut Tx<'_>, site: SiteId, owner: Owner, event: &store::events::EventRow) -> Result<()> {
    let Some(app) = owner.0 else { return Ok(()) };
    for webhook in rows::of_app(tx, site, app)? {
        if deliveries::find(tx, site, event.id, webhook.number)?.is_some() {
            return Ok(());
        }
    }
    Err(Error::NotFound)
}

/// The attempts at a delivery, in order.
pub fn attempts(tx: &mut Tx<'_>, site: SiteId, delivery: &Delivery) -> Result<Vec<Attempt>> {
    Ok(deliveries::attempts(tx, site, delivery.row.id)?)
}

/// Sends a delivery once more, whatever came of it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] `webhook` when its webhook is switched off or gone.
pub fn resend(tx: &mut Tx<'_>, site: SiteId, owner: Owner, id: DeliveryId) -> Result<Delivery> {
    let delivery = delivery(tx, site, owner, id)?;
    match rows::get(tx, site, delivery.row.webhook)? {
        None => return Err(Error::invalid("webhook", "was removed")),
        Some(webhook) => sending(&webhook)?,
    }
    let now = tx.moment();
    deliveries::resend(tx, site, &delivery.row, now)?;
    self::delivery(tx, site, owner, id)
}

fn sending(webhook: &Webhook) -> Result<()> {
    if webhook.active {
        return Ok(());
    }
    Err(Error::invalid("webhook", "is disabled: give it the status active first"))
}

/// What came of [`recover`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovered {
    /// How many wait again.
    pub recovered: i64,
    /// How many more there are.
    pub left: i64,
}

/// Lets deliveries of a webhook that were made since a moment and did not arrive wait again, [`MOST`] at most: those
/// that failed for good, and those that were given up when the webhook was switched off.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] `webhook` when it is switched off.
pub fn recover(tx: &mut Tx<'_>, site: SiteId, owner: Owner, id: &str, since: i64) -> Result<Recovered> {
    let webhook = get(tx, site, owner, id)?;
    sending(&webhook)?;
    let now = tx.moment();
    let (mut recovered, mut left) = (0, 0);
    for state in [DeliveryState::Failed, DeliveryState::GivenUp] {
        let filter = deliveries::DeliveryFilter {
            webhook: Some(webhook.number),
            state: Some(state),
            ..deliveries::DeliveryFilter::default()
        };
        let room = MOST - recovered;
        let page = deliveries::page(tx, site, &filter, &from(since, room.max(1)))?;
        left += page.total;
        for delivery in page.items.iter().take(room as usize) {
            deliveries::resend(tx, site, &delivery.row, now)?;
            recovered += 1;
        }
    }
    Ok(Recovered { recovered, left: left - recovered })
}

/// How many deliveries [`recover`] lets wait again, called until nothing is left.
///
/// # Errors
/// [`Error::NotFound`].
pub fn recoverable(tx: &mut Tx<'_>, site: SiteId, owner: Owner, id: &str, since: i64) -> Result<i64> {
    let webhook = get(tx, site, owner, id)?;
    let mut count = 0;
    for state in [DeliveryState::Failed, DeliveryState::GivenUp] {
        let filter = deliveries::DeliveryFilter {
            webhook: Some(webhook.number),
            state: Some(state),
            ..deliveries::DeliveryFilter::default()
        };
        count += deliveries::page(tx, site, &filter, &from(since, 1))?.total;
    }
    Ok(count)
}

/// How many events [`replay`] delivers, called until nothing is left. [`MOST`] says that there are as many or more.
///
/// # Errors
/// [`Error::NotFound`].
pub fn missed(tx: &mut Tx<'_>, site: SiteId, owner: Owner, id: &str, since: i64) -> Result<i64> {
    let webhook = get(tx, site, owner, id)?;
    let Some(first) = store::events::page(tx, site, Some(webhook.topic), &from(since, 1))?.items.pop() else {
        return Ok(0);
    };
    let mut count = 0;
    for candidate in deliveries::candidates(tx, site, webhook.number, webhook.topic, first.id, LOOKED_AT)? {
        if count == MOST {
            break;
        }
        if !candidate.known && store::events::get(tx, site, candidate.event_id)?.is_some_and(|event| !event.test) {
            count += 1;
        }
    }
    Ok(count)
}

/// Where a delivery was sent to the last time, as its attempts have it: for one whose webhook was deleted.
pub fn last_address(tx: &mut Tx<'_>, site: SiteId, delivery: &Delivery) -> Result<Option<String>> {
    let last = deliveries::attempts(tx, site, delivery.row.id)?.pop();
    let line = last.and_then(|attempt| attempt.request_head?.lines().next().map(str::to_owned));
    Ok(line.and_then(|line| line.split_whitespace().nth(1).map(str::to_owned)))
}

/// The first rows that were made since a moment.
fn from(since: i64, limit: i64) -> PageRequest {
    PageRequest { created: TimeRange { from: since, to: i64::MAX }, ..PageRequest::first(limit) }
}

/// What came of [`replay`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// How many deliveries were made.
    pub replayed: i64,
    /// How many events of the topic were not looked at yet.
    pub left: i64,
    /// The moment from which to go on; none when nothing is left.
    pub since: Option<i64>,
}

/// Delivers to a webhook what it missed: events of its topic since a moment of which it never had a delivery, because
/// it was made later, or was switched off. Makes [`MOST`] deliveries at most. Tests of other webhooks are left out.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] `webhook` when it is switched off.
pub fn replay(tx: &mut Tx<'_>, site: SiteId, owner: Owner, id: &str, since: i64) -> Result<Replayed> {
    let webhook = get(tx, site, owner, id)?;
    sending(&webhook)?;
    let now = tx.moment();
    let mut replayed = 0;
    let mut next = None;
    let first = store::events::page(tx, site, Some(webhook.topic), &from(since, 1))?.items.pop();
    if let Some(first) = first {
        let most = LOOKED_AT + 1;
        let candidates = deliveries::candidates(tx, site, webhook.number, webhook.topic, first.id, most)?;
        for (index, candidate) in candidates.into_iter().enumerate() {
            if replayed == MOST || index as i64 == LOOKED_AT {
                next = Some(candidate.created_at);
                break;
            }
            if candidate.known {
                continue;
            }
            let event = store::events::get(tx, site, candidate.event_id)?.ok_or(Error::NotFound)?;
            if !event.test {
                deliveries::insert(tx, site, event.id, webhook.number, now)?;
                replayed += 1;
            }
        }
    }
    let left = match next {
        Some(next) => store::events::page(tx, site, Some(webhook.topic), &from(next, 1))?.total,
        None => 0,
    };
    Ok(Replayed { replayed, left, since: next })
}

/// Sends a made-up event of its topic to a webhook, and gives the delivery.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] `webhook` when it is switched off.
pub fn test(tx: &mut Tx<'_>, site: SiteId, owner: Owner, id: &str) -> Result<Delivery> {
    let webhook = get(tx, site, owner, id)?;
    sending(&webhook)?;
    let topic = Topic::numbered(webhook.topic).ok_or(Error::NotFound)?;
    let now = tx.moment();
    let delivery = events::record_for(tx, site, topic, &events::sample(topic, now), webhook.number)?;
    self::delivery(tx, site, owner, delivery)
}
