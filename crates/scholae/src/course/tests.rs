//! Courses go round: files, school, files.

use super::*;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use school::contents::{Choice, ContentType, LessonFile, PoolDraw, Question, QuestionKind, Settings};
use school::courses::Course;
use school::files::FileAddresses;
use school::products::{BillingInterval, NewPrice, PaymentType, ProductStatus, TrialInterval};
use school::sites::{NewSite, Plan};
use std::fs;
use std::path::{Path, PathBuf};
use store::{Location, ProductId, ServerKey, SiteId, Store};

/// A school in a folder of its own, which goes away with it.
struct School {
    store: Store,
    site: SiteId,
    folder: tempfile::TempDir,
}

impl School {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&Location::Sqlite(folder.path().join("school.db")), 1).expect("a store");
        let new = NewSite {
            subdomain: "demo".to_owned(),
            name: "Demo".to_owned(),
            plan: Plan::Grow,
            currency: "usd".to_owned(),
            support_email: "help@example.com".to_owned(),
        };
        let key = ServerKey::from_text("a key that is long enough for a school").expect("a key");
        let made = store.write_now(None, move |tx| school::sites::create(tx, &key, &new));
        let site = made.expect("a school").0.id;
        Self { store, site, folder }
    }

    fn import(&self, source: &CourseSource) -> Course {
        let (site, source) = (self.site, source.clone());
        let key = ServerKey::from_text("a key that is long enough for a school").expect("a key");
        let addresses = FileAddresses { url: "http://localhost".to_owned(), key };
        self.store.write_now(site, move |tx| import(tx, site, &source, &addresses)).expect("an import")
    }

    fn export(&self, slug: &str) -> CourseSource {
        let (site, slug) = (self.site, slug.to_owned());
        self.store.read_now(move |tx| export(tx, site, &slug)).expect("an export")
    }

    /// Everything the school holds of courses, with ids, times and numbers of changes.
    fn rows(&self) -> Vec<String> {
        let tables = [
            "site_clocks",
            "instructors",
            "courses",
            "chapters",
            "contents",
            "content_bodies",
            "questions",
            "choices",
            "products",
            "product_prices",
            "collections",
            "collection_memberships",
        ];
        let read = move |tx: &mut store::Tx<'_>| -> Result<Vec<String>, store::StoreError> {
            let mut rows = Vec::new();
            for table in tables {
                let columns: Vec<String> =
                    tx.query(&format!("SELECT name FROM pragma_table_info('{table}')"), &[], |row| row.get(0))?;
                let all = columns.iter().map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || ',' || ");
                rows.extend(tx.query(&format!("SELECT {all} FROM {table} ORDER BY 1"), &[], |row| {
                    Ok(format!("{table}: {}", row.get::<String>(0)?))
                })?);
            }
            Ok(rows)
        };
        self.store.read_now(read).expect("rows")
    }

    fn counts_agree(&self) {
        let wrong = self.store.read_now(store::lists::audit).expect("an audit");
        assert_eq!(wrong, []);
    }
}

fn demo_courses() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../courses");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root).expect("courses").map(|entry| entry.expect("a course").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn write_and_read(course: &CourseSource, root: &Path) -> CourseSource {
    let folder = root.join(&course.slug);
    write(course, &folder).expect("written");
    let again = read(&folder).unwrap_or_else(|problems| panic!("{problems}\n\n{}", files(course)[0].1));
    fs::remove_dir_all(&folder).expect("removed");
    again
}

#[test]
fn the_demo_courses_go_round_without_loss() {
    let school = School::new();
    for folder in demo_courses() {
        let course = read(&folder).unwrap_or_else(|problems| panic!("{}:\n{problems}", folder.display()));
        assert_eq!(school.import(&course).slug, course.slug);
        let back = school.export(&course.slug);
        assert_eq!(back, course, "{}", folder.display());
        assert_eq!(write_and_read(&back, school.folder.path()), course);
        for (path, text) in files(&back) {
            let written = fs::read_to_string(folder.join(&path)).expect("a file");
            // That a free course may also say so is the only thing that the canonical form leaves out.
            let free = "\n[[prices]]\npayment_type = \"free\"\nprice = \"0.00\"\ncurrency = \"usd\"\n";
            assert_eq!(text, written.replace(free, ""), "{}/{path}", folder.display());
        }
    }
    school.counts_agree();
}

#[test]
fn importing_again_changes_nothing() {
    let school = School::new();
    let courses: Vec<CourseSource> = demo_courses().iter().map(|folder| read(folder).expect("a course")).collect();
    for course in &courses {
        school.import(course);
    }
    let rows = school.rows();
    for course in &courses {
        school.import(course);
    }
    assert_eq!(school.rows(), rows);
}

#[test]
fn what_is_still_named_keeps_its_id_and_what_is_not_is_removed() {
    let school = School::new();
    let folder = demo_courses().into_iter().find(|folder| folder.ends_with("sourdough-at-home")).expect("sourdough");
    let mut course = read(&folder).expect("a course");
    let id = school.import(&course).id;
    let ids = |school: &School| {
        let site = school.site;
        let read = move |tx: &mut store::Tx<'_>| -> school::Result<Vec<(String, i64)>> {
            let chapters = school::chapters::all(tx, site, id)?;
            let mut ids: Vec<(String, i64)> = chapters.iter().map(|one| (one.folder.clone(), one.id.get())).collect();
            for (content, body) in school::contents::with_bodies(tx, site, id)? {
                ids.push((body.file, content.id.get()));
            }
            Ok(ids)
        };
        school.store.read_now(read).expect("ids")
    };
    let before = ids(&school);
    course.chapters.remove(1);
    course.chapters.reverse();
    course.chapters[0].lessons.remove(0);
    course.chapters[0].lessons[0].name = "Another name".to_owned();
    course.prices.truncate(1);
    course.product.collections = vec!["Bread".to_owned()];
    course.instructor = None;
    school.import(&course);
    assert_eq!(school.export(&course.slug), course);
    let after = ids(&school);
    assert_eq!(after.len(), before.len() - 1 - 5 - 1);
    assert!(after.iter().all(|known| before.contains(known)), "{before:?} {after:?}");
    school.counts_agree();
}

#[test]
fn an_instructor_is_shared_and_their_name_is_on_every_product() {
    let school = School::new();
    let mut courses: Vec<CourseSource> =
        demo_courses().iter().take(2).map(|folder| read(folder).expect("a course")).collect();
    let shared = courses[0].instructor.clone();
    courses[1].instructor = shared;
    let products: Vec<ProductId> = courses.iter().map(|course| school.import(course).product_id).collect();
    if let Some(instructor) = &mut courses[1].instructor {
        instructor.last_name = "Renamed".to_owned();
    }
    school.import(&courses[1]);
    let site = school.site;
    let shown = move |tx: &mut store::Tx<'_>| -> school::Result<Vec<Option<String>>> {
        products.iter().map(|id| Ok(school::products::get(tx, site, *id)?.instructor_names.clone())).collect()
    };
    let shown = school.store.read_now(shown).expect("names");
    assert_eq!(shown, [Some("Ruth Renamed".to_owned()), Some("Ruth Renamed".to_owned())]);
    assert_eq!(school.export(&courses[0].slug).instructor, courses[1].instructor);
    school.counts_agree();
}

/// Courses as nobody would write them.
struct Odd(StdRng);

impl Odd {
    fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }

    fn text(&mut self, longest: usize) -> String {
        const PIECES: [&str; 25] = [
            "a", "Z", "7", " ", "  ", "\n", "\r\n", "\t", "\"", "\"\"\"", "'", "'''", "\\", "\\n", "#", "=", "[", "]",
            "+++", "\n+++\n", "ß", "日本", "🥖", "\u{feff}", "]]\n",
        ];
        (0..self.below(longest + 1)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }

    /// One line that is not empty.
    fn line(&mut self) -> String {
        format!("x{}y", self.text(6).replace(['\n', '\r', '\t'], " "))
    }

    fn maybe_line(&mut self) -> Option<String> {
        (self.below(2) == 0).then(|| self.line())
    }

    fn maybe(&mut self) -> Option<String> {
        (self.below(2) == 0).then(|| self.text(5))
    }

    fn count(&mut self) -> Option<i64> {
        (self.below(2) == 0).then(|| 1 + self.below(90) as i64)
    }

    fn price(&mut self, index: usize) -> NewPrice {
        let payment_type = [PaymentType::OneTime, PaymentType::Subscription, PaymentType::PaymentPlan][self.below(3)];
        let recurs = payment_type != PaymentType::OneTime;
        NewPrice {
            is_primary: index == 0,
            payment_type,
            label: if index == 0 { self.maybe_line() } else { Some(self.line()) },
            price: self.below(100_000) as i64,
            currency: ["usd", "eur", "kwd"][self.below(3)].to_owned(),
            days_until_expiry: self.count(),
            pay_button_text: self.maybe_line(),
            number_of_payments: self.count().or((payment_type == PaymentType::PaymentPlan).then_some(3)),
            interval: recurs.then(|| BillingInterval::ALL[self.below(2)]),
            interval_count: self.count().or(recurs.then_some(1)),
            trial_interval: Some(TrialInterval::Day).filter(|_| self.below(2) == 0),
            trial_interval_count: self.count(),
            custom_first_price: self.count(),
        }
    }

    /// Every setting that a kind of lesson has, or not.
    fn settings(&mut self, kind: ContentType) -> Settings {
        let url = |odd: &mut Self| (odd.below(2) == 0).then(|| format!("https://example.com/{}ß\"'", odd.below(9)));
        let flag = |odd: &mut Self| (odd.below(2) == 0).then_some(true);
        let days = self.count();
        let pools = (self.below(2) == 0).then(|| vec![PoolDraw { name: "Water & salt".to_owned(), count: 2 }]);
        let file = LessonFile { name: self.line().trim().to_owned(), url: "/files/1?a=\"b\"".to_owned(), file: None };
        Settings {
            url: url(self),
            downloadable: flag(self),
            autoplay: flag(self),
            thumbnail_url: url(self),
            captions_url: url(self),
            files: (self.below(2) == 0).then(|| vec![file.clone(), file]),
            starts_at: (self.below(2) == 0).then(|| "2026-03-01T18:00:00.000Z".to_owned()),
            duration_in_minutes: self.count(),
            template_url: url(self),
            file_size_limit: self.count(),
            confirmation_message: self.maybe_line(),
            passing_grade: self.count(),
            question_count: self.count().filter(|_| pools.is_none()),
            pools,
            shuffle_questions: flag(self),
            shuffle_choices: flag(self),
            hide_explanations: flag(self),
            release_after_days: days,
            release_at: days.is_none().then(|| "2026-03-01T18:00:00.500Z".to_owned()),
            ..Settings::default()
        }
        .for_kind(kind)
    }

    /// A line without the blanks that HTML and Markdown take for one.
    fn words(&mut self) -> String {
        self.line().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn question(&mut self, of: ContentType) -> Question {
        let count = self.below(4);
        let choice = |odd: &mut Self, index: usize| Choice {
            text: odd.words(),
            correct: of == ContentType::Quiz && (index == 0 || odd.below(3) == 0),
            ..Choice::default()
        };
        let mut question = Question {
            prompt: self.words(),
            text: ["", "One.\n\nTwo.", "```\n## no question\n- [ ] no choice\n```"][self.below(3)].to_owned(),
            explanation: ["", "Because.\n\nIndeed: > 2."][self.below(2)].to_owned(),
            optional: self.below(2) == 0,
            pool: (of == ContentType::Quiz && self.below(2) == 0).then(|| "Water & salt".to_owned()),
            choices: (0..count).map(|index| choice(self, index)).collect(),
            ..Question::default()
        };
        question.kind = question.usual_kind();
        if of == ContentType::Survey {
            if count > 0 && self.below(2) == 0 {
                question.kind = QuestionKind::MultipleAnswers;
            } else if count == 0 && self.below(2) == 0 {
                question.kind = QuestionKind::Scale;
                question.left_label = self.maybe_line().map(|_| "Not at all = 1".to_owned());
            }
        }
        question
    }

    fn lesson(&mut self, index: usize) -> LessonSource {
        let content_type = ContentType::ALL[self.below(ContentType::ALL.len())];
        let ending = [".md", ".quiz.md", ".survey.md"][self.below(3)];
        let blank = "\n".repeat(self.below(3));
        let has_questions = content_type == ContentType::Quiz || content_type == ContentType::Survey;
        let questions =
            (0..if has_questions { self.below(4) } else { 0 }).map(|_| self.question(content_type)).collect::<Vec<_>>();
        LessonSource {
            file: format!("{index} é'+{ending}"),
            name: self.line(),
            content_type,
            free: self.below(2) == 0,
            draft: self.below(2) == 0,
            prerequisite: self.below(2) == 0,
            duration_in_seconds: self.count().unwrap_or(0),
            settings: self.settings(content_type),
            text: if questions.is_empty() { blank + &self.text(40) } else { "Before".to_owned() },
            questions,
        }
    }

    fn course(&mut self, number: usize) -> CourseSource {
        let instructor = (self.below(3) > 0).then(|| InstructorSource {
            first_name: self.line(),
            last_name: self.line(),
            title: self.maybe_line(),
            bio: self.maybe(),
            email: (self.below(2) == 0).then(|| "it's+me@example.com".to_owned()),
            avatar_url: self.maybe_line(),
            avatar_file: None,
            slug: format!("who-{number}"),
        });
        let product = ProductSource {
            status: ProductStatus::ALL[self.below(3)],
            private: self.below(2) == 0,
            hidden: self.below(2) == 0,
            has_certificate: self.below(2) == 0,
            days_until_expiry: self.count(),
            seo_title: self.maybe_line(),
            seo_description: self.maybe(),
            collections: (0..self.below(3)).map(|index| format!("C{index} \"{number}\"")).collect(),
        };
        CourseSource {
            name: self.line(),
            slug: format!("course-{number}-ß_"),
            subtitle: self.maybe(),
            description: self.maybe(),
            course_card_text: self.maybe(),
            keywords: self.maybe(),
            duration: self.maybe_line(),
            contact_information: self.maybe(),
            reviews_enabled: self.below(2) == 0,
            card_image_url: self.maybe_line(),
            card_image_file: None,
            banner_image_url: self.maybe_line(),
            banner_image_file: None,
            intro_video_youtube: self.maybe_line(),
            intro_video_wistia_identifier: self.maybe_line(),
            video_completion_percentage: self.count(),
            instructor,
            product,
            prices: (0..self.below(3)).map(|index| self.price(index)).collect(),
            chapters: (0..self.below(4))
                .map(|index| ChapterSource {
                    name: self.line(),
                    description: self.maybe(),
                    folder: format!("{index}-[chapter] é"),
                    lessons: (0..self.below(4)).map(|index| self.lesson(index)).collect(),
                })
                .collect(),
        }
    }
}

#[test]
fn odd_courses_go_round_without_loss() {
    let school = School::new();
    let mut odd = Odd(StdRng::seed_from_u64(2024));
    for number in 0..60 {
        let course = odd.course(number);
        assert_eq!(write_and_read(&course, school.folder.path()), course);
        school.import(&course);
        assert_eq!(school.export(&course.slug), course);
        // The same slug with other content: brought up to date.
        let other = CourseSource { slug: course.slug.clone(), ..odd.course(number) };
        school.import(&other);
        assert_eq!(school.export(&course.slug), other);
    }
    school.counts_agree();
}

const MINIMAL: &str = "name = \"Bread\"\nslug = \"bread\"\n\n[[chapters]]\nname = \"One\"\nfolder = \"01\"\nlessons = ";

fn bread(toml: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("bread");
    fs::create_dir_all(folder.join("01")).expect("made");
    fs::write(folder.join(COURSE_FILE), toml).expect("written");
    for (path, text) in files {
        fs::write(folder.join(path), text).expect("written");
    }
    (root, folder)
}

fn problems(toml: &str, files: &[(&str, &str)]) -> String {
    let (_root, folder) = bread(toml, files);
    read(&folder).expect_err("problems").to_string()
}

#[test]
fn a_minimal_course_has_sensible_defaults() {
    let (_root, folder) = bread(
        &format!("{MINIMAL}[\"a.md\", \"b.quiz.md\"]"),
        &[
            ("01/a.md", "+++\r\nname = \"A\"\r\n+++\r\nText without an end"),
            ("01/b.quiz.md", "\u{feff}+++\nname = \"B\"\n+++\n"),
        ],
    );
    let course = read(&folder).expect("a course");
    assert_eq!((course.product, course.prices, course.instructor), (ProductSource::default(), vec![], None));
    let lessons = &course.chapters[0].lessons;
    assert_eq!((lessons[0].content_type, lessons[0].text.as_str()), (ContentType::HtmlItem, "Text without an end"));
    assert_eq!((lessons[1].content_type, lessons[1].text.as_str()), (ContentType::Quiz, ""));
}

#[test]
fn every_problem_is_named_with_its_file() {
    let toml = format!(
        "{MINIMAL}[\"a.md\", \"b.md\", \"c.quiz.md\", \"missing.md\", \"../out.md\", \"A.md\"]\n
         [product]\nstatus = \"soon\"\n[[prices]]\npayment_type = \"one-time\"\nprice = \"9,50\"\ncurrency = \"jpy\"\n
         [[prices]]\npayment_type = \"payment-plan\"\nprice = \"9.50\"\ncurrency = \"jpy\"\n
         [[chapters]]\nname = \" \"\nfolder = \"/etc\"\nlessons = [\"passwd.md\"]\n"
    );
    let found = problems(
        &toml,
        &[
            ("01/a.md", "No front matter"),
            ("01/b.md", "+++\nname = \"B\"\n\ntitel = \"B\"\n+++\n"),
            ("01/c.quiz.md", "+++\nname = \"C\"\npassing_grade = 101\n+++\n## One?\n- [ ] no\n"),
        ],
    );
    let expected = "\
course.toml: product.status is none of published, draft, presell
course.toml: price 1: price is no amount such as \"9.00\"
course.toml: price 2: price must be whole: this currency has no smaller unit
course.toml: price 2: number_of_payments is missing; a payment-plan needs it
course.toml: price 2: label is missing; every price but the first needs one
01/a.md: has no front matter; begin it with a line of +++, name = \"…\", and another line of +++
01/b.md: line 4: unknown field `titel`, expected one of `name`, `type`, `free`, `draft`, `prerequisite`, `format`, \
`url`, `file`, `duration_in_seconds`, `downloadable`, `autoplay`, `thumbnail_url`, `thumbnail_file`, `captions_url`, \
`captions_file`, `files`, `starts_at`, `duration_in_minutes`, `template_url`, `template_file`, `file_size_limit`, `confirmation_message`, `passing_grade`, `question_count`, \
`pools`, `shuffle_questions`, `shuffle_choices`, `hide_explanations`, `release_after_days`, `release_at`
01/c.quiz.md: has no right choice for \"One?\"; mark at least one with - [x]
01/c.quiz.md: passing_grade must be between 0 and 100
01/missing.md: is missing; write it, or take it out of course.toml
course.toml: chapter \"01\": lesson \"../out.md\" must be the name of a .md file in the chapter's folder, not a path
course.toml: chapter \"01\": lesson \"A.md\" is there twice; take one of them out
course.toml: chapter \"/etc\": name is empty; give it a text
course.toml: chapter \"/etc\": folder must be the name of a folder in the course's own folder, not a path";
    // On a machine that tells letters' cases apart, A.md is not there either.
    let found: Vec<&str> = found.lines().filter(|line| !line.starts_with("01/A.md")).collect();
    assert_eq!(found.join("\n"), expected);
    assert_eq!(problems("name = \"Bread\"", &[]), "course.toml: missing field `slug`");
    assert_eq!(
        problems("name = \"Bread\"\nslug = \"brot\"", &[]),
        "course.toml: slug \"brot\" is not the name of the folder; rename one of them"
    );
    let price = "name = \"Bread\"\nslug = \"bread\"\n[[prices]]\npayment_type = \"one-time\"\nprice = 9.5\n";
    let told = "course.toml: line 5: invalid type: floating point `9.5`, expected a string\n\
                course.toml: line 3: missing field `currency`";
    assert_eq!(problems(price, &[]), told);
}

#[test]
fn mistakes_of_every_kind_are_told_at_once() {
    let toml = "titel = \"Bread\"\nname = 3\nslug = \"brot\"\nreviews_enabled = \"yes\"\n\
                [product]\nstatus = \"soon\"\nprivat = true\n\
                [[prices]]\npayment_type = \"gift\"\nprice = 9.5\n\
                [[chapters]]\nname = \"One\"\nlessons = []\n\
                [[chapters]]\nname = \"Two\"\nfolder = \"01\"\nlessons = [\"a.md\", 7]\n";
    let found = problems(toml, &[("01/a.md", "+++\ntitel = 1\nfree = 2\n+++\n")]);
    for part in [
        "course.toml: line 1: unknown field `titel`",
        "course.toml: line 2: invalid type: integer `3`, expected a string",
        "course.toml: line 4: invalid type: string \"yes\", expected a boolean",
        "course.toml: line 7: unknown field `privat`",
        "course.toml: line 10: invalid type: floating point `9.5`",
        "course.toml: line 8: missing field `currency`",
        "course.toml: line 11: missing field `folder`",
        "course.toml: line 17: invalid type: integer `7`, expected a string",
        "course.toml: slug \"brot\" is not the name of the folder",
        "course.toml: product.status is none of",
        "course.toml: price 1: payment_type is none of",
        "01/a.md: line 2: unknown field `titel`",
        "01/a.md: line 3: invalid type: integer `2`, expected a boolean",
        "01/a.md: missing field `name`",
    ] {
        assert!(found.contains(part), "{part} is not in {found}");
    }
    assert_eq!(found.lines().count(), 14, "{found}");
    assert!(problems("name = = 1\nslug", &[]).starts_with("course.toml: line 1: "));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_refused_and_never_written_through() {
    let (root, folder) = bread(&format!("{MINIMAL}[\"a.md\", \"b.md\"]"), &[("01/b.md", "+++\nname = \"B\"\n+++\n")]);
    let outside = root.path().join("secret.md");
    fs::write(&outside, "+++\nname = \"Secret\"\n+++\n").expect("written");
    std::os::unix::fs::symlink(&outside, folder.join("01/a.md")).expect("a link");
    let found = read(&folder).expect_err("problems").to_string();
    assert_eq!(found, "01/a.md: is a link that leaves the course's folder; put a copy there instead");
    fs::remove_file(folder.join("01/a.md")).expect("removed");
    std::os::unix::fs::symlink("b.md", folder.join("01/a.md")).expect("a link");
    let course = read(&folder).expect("a link that stays inside is fine");
    let found = write(&course, &folder).expect_err("problems").to_string();
    assert_eq!(found, "01/a.md: would be written through a link; remove the link");
    let mut tricky = course;
    tricky.chapters[0].folder = "..".to_owned();
    assert!(write(&tricky, &folder).is_err());
    assert_eq!(fs::read_dir(root.path()).expect("entries").count(), 2);
}
