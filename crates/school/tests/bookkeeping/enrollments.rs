use crate::{COURSES, School, USERS, on_both_engines, refusal};
use proptest::prelude::*;
use school::Set;
use school::enrollments::{self, Dates, EnrollmentFilter, NewEnrollment};
use store::{BundleId, CourseId, Engine, EnrollmentId, PageRequest, UserId};

const BUNDLE: BundleId = BundleId::new(1);
const PAST: i64 = 1_000_000;
const FUTURE: i64 = 4_000_000_000_000;

fn new(user: i64, course: i64) -> NewEnrollment {
    let (user_id, course_id) = (Some(UserId::new(user)), Some(CourseId::new(course)));
    NewEnrollment { user_id, course_id, activated_at: Some(PAST), expiry_date: None }
}

/// The (user, course) pairs of a list, which must be as long as it says.
fn pairs(school: &School, bundle: Option<BundleId>, wanted: EnrollmentFilter) -> Vec<(i64, i64)> {
    let page = school.read(move |tx, site| match bundle {
        Some(bundle) => enrollments::list_of_bundle(tx, site, bundle, &wanted, &PageRequest::first(100)),
        None => enrollments::list(tx, site, &wanted, &PageRequest::first(100)),
    });
    assert_eq!(page.total, page.items.len() as i64);
    page.items.iter().map(|item| (item.user_id.get(), item.course_id.get())).collect()
}

on_both_engines! {
    fn nobody_is_enrolled_twice_and_what_has_ended_is_renewed(school: &School) {
        let unknown = school.try_write(|tx, site| enrollments::create(tx, site, &NewEnrollment::default()));
        assert_eq!(refusal(unknown), ["Course could not be found.", "User could not be found."]);
        let unknown = school.try_write(|tx, site| enrollments::create(tx, site, &new(1, i64::MAX)));
        assert_eq!(refusal(unknown), ["Course could not be found."]);
        let first = school.write(|tx, site| enrollments::create(tx, site, &new(1, 1)));
        assert_eq!((first.user_name().as_str(), first.course_name.as_str()), ("Ann 1", "Course 1"));
        assert_eq!((first.percentage_completed, first.started_at, first.free_trial()), (0, None, false));
        let twice = school.try_write(|tx, site| enrollments::create(tx, site, &new(1, 1)));
        assert_eq!(refusal(twice), ["user_id has already been taken"]);
        let ended = Dates { expiry_date: Set::To(PAST), ..Dates::default() };
        school.write(move |tx, site| enrollments::update(tx, site, EnrollmentId::new(1), &ended));
        let wanted = EnrollmentFilter { expired: Some(true), ..EnrollmentFilter::default() };
        assert_eq!(pairs(school, None, wanted.clone()), [(1, 1)]);
        let again = NewEnrollment { expiry_date: Some(FUTURE), ..new(1, 1) };
        let again = school.write(move |tx, site| enrollments::create(tx, site, &again));
        assert_eq!((again.id, again.expiry_date), (first.id, Some(FUTURE)));
        assert_eq!(pairs(school, None, wanted), []);
        assert_eq!(pairs(school, None, EnrollmentFilter { expired: Some(false), ..EnrollmentFilter::default() }), [(1, 1)]);
        school.audit();
    }

    fn progress_begins_and_completes_an_enrollment(school: &School) {
        school.write(|tx, site| enrollments::create(tx, site, &new(1, 1)));
        let half = school.write(|tx, site| enrollments::set_progress(tx, site, EnrollmentId::new(1), 5_000));
        assert!(half.started_at.is_some() && !half.completed && half.completed_at.is_none());
        let done =
            school.write(|tx, site| enrollments::set_progress(tx, site, EnrollmentId::new(1), enrollments::COMPLETE));
        assert!(done.completed && done.completed_at.is_some() && done.started_at == half.started_at);
        assert_eq!(pairs(school, None, EnrollmentFilter { completed: true, ..EnrollmentFilter::default() }), [(1, 1)]);
        let wrong = school.try_write(|tx, site| enrollments::set_progress(tx, site, EnrollmentId::new(1), 10_001));
        assert_eq!(refusal(wrong), ["percentage_completed must be between 0 and 100 percent"]);
        school.audit();
    }

    fn a_bundle_enrolls_in_all_its_courses(school: &School) {
        let bundle = |user: Option<i64>, at| {
            let user = user.map(UserId::new);
            move |tx: &mut store::Tx<'_>, site| enrollments::enroll_in_bundle(tx, site, BUNDLE, user, at, None)
        };
        assert_eq!(refusal(school.try_write(bundle(None, None))), ["user_id can't be blank"]);
        assert_eq!(refusal(school.try_write(bundle(Some(99), None))), ["user_id is invalid"]);
        let refused = school.try_write(|tx, site| {
            enrollments::enroll_in_bundle(tx, site, BundleId::new(9), Some(UserId::new(1)), None, None)
        });
        assert_eq!(refusal(refused), ["not found"]);
        // One is kept, one was a trial and is activated, one is new.
        school.write(|tx, site| enrollments::create(tx, site, &new(1, 1)));
        let trial = NewEnrollment { activated_at: None, ..new(1, 2) };
        school.write(move |tx, site| enrollments::create(tx, site, &trial));
        school.write(|tx, site| enrollments::create(tx, site, &new(1, 4)));
        school.write(bundle(Some(1), Some(FUTURE)));
        school.write(bundle(Some(1), Some(FUTURE)));
        let page = school
            .read(|tx, site| {
                enrollments::list_of_bundle(tx, site, BUNDLE, &EnrollmentFilter::default(), &PageRequest::first(10))
            });
        let dates: Vec<_> = page.items.iter().map(|item| (item.course_id.get(), item.activated_at)).collect();
        assert_eq!(dates, [(1, Some(PAST)), (2, Some(FUTURE)), (3, Some(FUTURE))]);
        let end = |user| {
            let user = Some(UserId::new(user));
            let dates = Dates { expiry_date: Set::To(PAST), ..Dates::default() };
            move |tx: &mut store::Tx<'_>, site| enrollments::update_in_bundle(tx, site, BUNDLE, user, &dates)
        };
        assert_eq!(refusal(school.try_write(end(2))), ["user_id is not enrolled in this bundle"]);
        school.write(end(1));
        let wanted = EnrollmentFilter { expired: Some(true), user_id: Some(UserId::new(1)), ..EnrollmentFilter::default() };
        assert_eq!(pairs(school, Some(BUNDLE), wanted.clone()), [(1, 1), (1, 2), (1, 3)]);
        assert_eq!(pairs(school, None, wanted), [(1, 1), (1, 2), (1, 3)]);
        school.write(|tx, site| school::account_deletion::delete(tx, site, &school::users::UserRef::Id(UserId::new(1))));
        assert_eq!(pairs(school, Some(BUNDLE), EnrollmentFilter::default()), []);
        school.audit();
    }
}

/// Something that happens to the enrollments of a school.
#[derive(Debug, Clone)]
enum Step {
    Enroll { user: i64, course: i64, trial: bool },
    Bundle { user: i64, trial: bool },
    Activate { id: i64, trial: bool },
    Progress { id: i64, percentage: i64 },
    Leave { user: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (user, course, id) = (1..=USERS, 1..=COURSES, 1..20_i64);
    prop_oneof![
        8 => (user.clone(), course, any::<bool>()).prop_map(|(user, course, trial)| Step::Enroll { user, course, trial }),
        3 => (user.clone(), any::<bool>()).prop_map(|(user, trial)| Step::Bundle { user, trial }),
        4 => (id.clone(), any::<bool>()).prop_map(|(id, trial)| Step::Activate { id, trial }),
        4 => (id, prop_oneof![Just(0_i64), Just(5_000), Just(10_000)])
            .prop_map(|(id, percentage)| Step::Progress { id, percentage }),
        1 => user.prop_map(|user| Step::Leave { user }),
    ]
}

fn take(school: &School, step: Step) {
    let date = |trial: bool| (!trial).then_some(PAST);
    // Refusals are part of the game: only what the school keeps afterwards counts.
    let _refused = school.try_write(move |tx, site| match &step {
        Step::Enroll { user, course, trial } => {
            let new = NewEnrollment { activated_at: date(*trial), ..new(*user, *course) };
            enrollments::create(tx, site, &new).map(|_| ())
        }
        Step::Bundle { user, trial } => {
            enrollments::enroll_in_bundle(tx, site, BUNDLE, Some(UserId::new(*user)), date(*trial), None)
        }
        Step::Activate { id, trial } => {
            let activated_at = date(*trial).map_or(Set::Clear, Set::To);
            enrollments::update(tx, site, EnrollmentId::new(*id), &Dates { activated_at, ..Dates::default() })
                .map(|_| ())
        }
        Step::Progress { id, percentage } => {
            enrollments::set_progress(tx, site, EnrollmentId::new(*id), *percentage).map(|_| ())
        }
        Step::Leave { user } => store::enrollments::delete_of_user(tx, site, UserId::new(*user)).map_err(Into::into),
    });
}

fn agree(engine: Engine, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let Some(school) = School::new(engine) else { return Ok(()) };
    for step in steps {
        take(&school, step);
    }
    school.audit();
    let all = school
        .read(|tx, site| enrollments::list(tx, site, &EnrollmentFilter::default(), &PageRequest::first(100)))
        .items;
    for course_id in [None, Some(1), Some(4)].map(|id| id.map(CourseId::new)) {
        for flags in 0..8 {
            let (free_trial, full, completed) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0);
            let expected: Vec<(i64, i64)> = all
                .iter()
                .filter(|item| course_id.is_none_or(|course| item.course_id == course))
                .filter(|item| !free_trial || item.free_trial())
                .filter(|item| !full || !item.free_trial())
                .filter(|item| !completed || item.completed)
                .map(|item| (item.user_id.get(), item.course_id.get()))
                .collect();
            let wanted = EnrollmentFilter { course_id, free_trial, full, completed, ..EnrollmentFilter::default() };
            prop_assert_eq!(pairs(&school, None, wanted.clone()), expected.clone());
            let email = Some("ANN2@example.com".to_owned());
            let of_user: Vec<_> = expected.into_iter().filter(|(user, _)| *user == 2).collect();
            prop_assert_eq!(pairs(&school, None, EnrollmentFilter { email, ..wanted.clone() }), of_user);
            let of_bundle = pairs(&school, Some(BUNDLE), wanted);
            prop_assert!(of_bundle.iter().all(|(_, course)| *course <= 3));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn lists_and_counts_agree_whatever_happens_on_sqlite(steps in prop::collection::vec(step(), 1..60)) {
        agree(Engine::Sqlite, steps)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn lists_and_counts_agree_whatever_happens_on_postgres(steps in prop::collection::vec(step(), 1..60)) {
        agree(Engine::Postgres, steps)?;
    }
}
