//! Topics by their names, as people type them.

use crate::config::Failure;
use crate::spelling::distance;
use school::events::Topic;

/// The topic with this name.
///
/// # Errors
/// When there is none: which were perhaps meant, or which there are.
pub fn known_topic(name: &str) -> Result<Topic, Failure> {
    let name = name.trim().to_lowercase();
    if let Some(topic) = Topic::named(&name) {
        return Ok(topic);
    }
    Err(Failure::Told(match near(&name).as_slice() {
        [] => {
            let all: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
            format!("there is no topic `{name}`; there are {}", all.join(", "))
        }
        some => {
            let some = some.join(" or ");
            format!("there is no topic `{name}`, did you mean {some}? `scholae trigger --list` shows them all")
        }
    }))
}

/// The topics that are most like a name, four at most.
fn near(name: &str) -> Vec<&'static str> {
    let like = |topic: &Topic| {
        let whole = distance(name, topic.name());
        let parts = topic.name().split('.').map(|part| 1 + distance(name, part)).min();
        parts.map_or(whole, |parts| parts.min(whole))
    };
    let mut found: Vec<(usize, &'static str)> = Topic::ALL.iter().map(|topic| (like(topic), topic.name())).collect();
    found.sort_by_key(|(far, _)| *far);
    let best = found.first().map_or(0, |(far, _)| *far);
    let most = (name.chars().count() / 3).max(2);
    found.retain(|(far, _)| *far <= most && *far <= best + 1);
    found.into_iter().take(4).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_that_were_perhaps_meant() {
        for (name, meant) in [
            ("enrollment.complete", "enrollment.completed"),
            ("subscription.canceled", "subscription.cancelled"),
            ("user.singup", "user.signup"),
            ("signup", "user.signup"),
            ("order_transaction.refund", "order_transaction.refunded"),
        ] {
            assert!(near(name).contains(&meant), "{name}: {:?}", near(name));
        }
        assert!(near("enrolment").iter().all(|topic| topic.starts_with("enrollment.")));
        assert!(near("zzzzzzzz").is_empty());
        let told = known_topic("zzzzzzzz").expect_err("no topic").to_string();
        assert!(Topic::ALL.iter().all(|topic| told.contains(topic.name())), "{told}");
        assert_eq!(known_topic(" User.Signup ").ok(), Some(Topic::UserSignup));
    }
}
