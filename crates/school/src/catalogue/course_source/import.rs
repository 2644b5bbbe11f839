//! From a course's files into a school.

use super::{COURSE_FILE, CourseSource, InstructorSource, LessonSource};
use crate::chapters::{self, NewChapter};
use crate::collections::{self, CollectionInput};
use crate::contents::{self, NewContent};
use crate::courses::{self, Course, NewCourse};
use crate::error::Problem;
use crate::files::{self, FileAddresses, FileRef};
use crate::instructors::{self, InstructorInput};
use crate::products::ProductStatus;
use crate::{Error, Result, Set, products};
use std::collections::{HashMap, HashSet};
use store::{ChapterId, ContentId, CourseId, InstructorId, ProductId, SiteId, Tx};

/// Makes a course, or brings the one with its slug up to date. What did not change is left alone, ids stay: chapters
/// are known by their folder and lessons by folder and file. What the files no longer name is removed.
///
/// # Errors
/// [`crate::Error::Invalid`] when the school refuses something, such as a slug that a bundle has; nothing was
/// changed then, as the caller's transaction is not kept.
pub fn import(tx: &mut Tx<'_>, site: SiteId, source: &CourseSource, addresses: &FileAddresses) -> Result<Course> {
    check_files(tx, site, source)?;
    let instructor_id = match &source.instructor {
        Some(instructor) => Some(import_instructor(tx, site, instructor, addresses)?),
        None => None,
    };
    let mut new = new_course(source, instructor_id);
    let had = courses::find_by_slug(tx, site, &source.slug)?;
    let (card, banner) = match &had {
        Some(had) => (had.course_card_image_url.clone(), had.banner_image_url.clone()),
        None => (None, None),
    };
    if let Some(file) = &source.card_image_file {
        new.course_card_image_url = Some(picture(tx, site, file, card, addresses)?);
    }
    if let Some(file) = &source.banner_image_file {
        new.banner_image_url = Some(picture(tx, site, file, banner, addresses)?);
    }
    let course = match &had {
        None => courses::create(tx, site, &new)?,
        Some(had) => {
            // What files do not say stays as it is in the school.
            new.user_id = had.user_id;
            new.administrator_user_ids.clone_from(&had.administrator_user_ids);
            courses::update(tx, site, had.id, &new)?
        }
    };
    import_collections(tx, site, course.product_id, &source.product.collections)?;
    import_chapters(tx, site, course.id, source)?;
    let has = courses::get(tx, site, course.id)?;
    if had.is_some_and(|had| had.chapter_ids != has.chapter_ids) {
        courses::tell_updated(tx, site, has.id)?;
    }
    Ok(has)
}

impl CourseSource {
    /// The files of the school that its files name, each with the path of the file that does.
    pub fn named_files(&self) -> impl Iterator<Item = (String, &FileRef)> {
        let avatar = self.instructor.iter().filter_map(|instructor| instructor.avatar_file.as_ref());
        let pictures = self.card_image_file.iter().chain(&self.banner_image_file).chain(avatar);
        let pictures = pictures.map(|file| (COURSE_FILE.to_owned(), file));
        let lessons = self.chapters.iter().flat_map(|chapter| {
            let path = |lesson: &LessonSource| format!("{}/{}", chapter.folder, lesson.file);
            chapter
                .lessons
                .iter()
                .flat_map(move |lesson| lesson.settings.file_refs().map(move |file| (path(lesson), file)))
        });
        pictures.chain(lessons)
    }
}

/// Says of each file of the school that a course's files name and the school does not have where it is named.
fn check_files(tx: &mut Tx<'_>, site: SiteId, source: &CourseSource) -> Result<()> {
    let mut problems: Vec<Problem> = Vec::new();
    for (path, file) in source.named_files() {
        if !files::is_here(tx, site, file)? {
            let told = format!("names {}, which no file of this school holds: upload it first", file.code());
            problems.push((path.into(), told));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// The address of a picture: the one that there was, where it is of the same file.
fn picture(
    tx: &mut Tx<'_>,
    site: SiteId,
    file: &FileRef,
    had: Option<String>,
    addresses: &FileAddresses,
) -> Result<String> {
    if let Some(had) = had {
        let same = files::files_in(tx, site, [had.as_str()])?;
        if same.iter().any(|same| same.checksum.as_ref() == Some(&file.sha256)) {
            return Ok(had);
        }
    }
    files::picture_address(tx, site, file, addresses, "base")
}

/// Makes another course like one, as a draft: with chapters, lessons, prices and whoever looks after it, but nobody
/// enrolled, no review, and in no bundle.
///
/// # Errors
/// [`crate::Error::NotFound`] when there is no such course; [`crate::Error::Invalid`] when the name is blank or the slug
/// is taken.
pub fn duplicate(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CourseId,
    name: Option<String>,
    slug: Option<String>,
) -> Result<Course> {
    let like = courses::get(tx, site, id)?;
    let mut source = super::export(tx, site, &like.slug)?;
    source.name = name.unwrap_or_else(|| format!("{} (copy)", like.name));
    source.product.status = ProductStatus::Draft;
    let mut new = new_course(&source, like.instructor_id);
    new.slug = slug.unwrap_or_default();
    new.course_card_image_url.clone_from(&like.course_card_image_url);
    new.banner_image_url.clone_from(&like.banner_image_url);
    new.user_id = like.user_id;
    new.administrator_user_ids.clone_from(&like.administrator_user_ids);
    let course = courses::create(tx, site, &new)?;
    import_collections(tx, site, course.product_id, &source.product.collections)?;
    import_chapters(tx, site, course.id, &source)?;
    courses::tell_updated(tx, site, course.id)?;
    courses::get(tx, site, course.id)
}

fn import_instructor(
    tx: &mut Tx<'_>,
    site: SiteId,
    source: &InstructorSource,
    addresses: &FileAddresses,
) -> Result<InstructorId> {
    let had = instructors::find_by_slug(tx, site, &source.slug)?;
    let avatar_url = match &source.avatar_file {
        Some(file) => Some(picture(tx, site, file, had.as_ref().and_then(|had| had.avatar_url.clone()), addresses)?),
        None => source.avatar_url.clone(),
    };
    let set = |text: &Option<String>| text.clone().map_or(Set::Clear, Set::To);
    let input = InstructorInput {
        user_id: Set::Keep,
        title: set(&source.title),
        first_name: Set::To(source.first_name.clone()),
        last_name: Set::To(source.last_name.clone()),
        bio: set(&source.bio),
        slug: Set::To(source.slug.clone()),
        avatar_url: set(&avatar_url),
        email: set(&source.email),
    };
    Ok(match had {
        Some(had) => instructors::update(tx, site, had.id, &input)?.id,
        None => instructors::create(tx, site, &input)?.id,
    })
}

fn new_course(source: &CourseSource, instructor_id: Option<InstructorId>) -> NewCourse {
    NewCourse {
        name: source.name.clone(),
        slug: source.slug.clone(),
        subtitle: source.subtitle.clone(),
        description: source.description.clone(),
        course_card_text: source.course_card_text.clone(),
        intro_video_youtube: source.intro_video_youtube.clone(),
        intro_video_wistia_identifier: source.intro_video_wistia_identifier.clone(),
        contact_information: source.contact_information.clone(),
        keywords: source.keywords.clone(),
        duration: source.duration.clone(),
        banner_image_url: source.banner_image_url.clone(),
        course_card_image_url: source.card_image_url.clone(),
        reviews_enabled: source.reviews_enabled,
        user_id: None,
        instructor_id,
        administrator_user_ids: Vec::new(),
        video_completion_percentage: source.video_completion_percentage,
        status: source.product.status,
        private: source.product.private,
        hidden: source.product.hidden,
        has_certificate: source.product.has_certificate,
        days_until_expiry: source.product.days_until_expiry,
        seo_title: source.product.seo_title.clone(),
        seo_description: source.product.seo_description.clone(),
        prices: source.prices.clone(),
    }
}

/// Puts the product into the named collections, making those that are missing, and takes it out of all others. The
/// school's default collection is nobody's choice and is left alone.
fn import_collections(tx: &mut Tx<'_>, site: SiteId, product: ProductId, names: &[String]) -> Result<()> {
    let had = products::get(tx, site, product)?.collection_ids;
    let mut wanted = HashSet::new();
    for name in names {
        let id = match collections::id_by_name(tx, site, name)? {
            Some(id) => id,
            None => {
                let input = CollectionInput { name: Set::To(name.clone()), ..CollectionInput::default() };
                collections::create(tx, site, &input)?.id
            }
        };
        if !had.contains(&id) {
            collections::add_products(tx, site, id, &[product])?;
        }
        wanted.insert(id);
    }
    for id in had {
        if !wanted.contains(&id) && !collections::get(tx, site, id)?.is_default {
            collections::remove_products(tx, site, id, &[product])?;
        }
    }
    Ok(())
}

fn import_chapters(tx: &mut Tx<'_>, site: SiteId, course: CourseId, source: &CourseSource) -> Result<()> {
    let mut had: HashMap<String, ChapterId> = HashMap::new();
    let folders: HashSet<&str> = source.chapters.iter().map(|chapter| chapter.folder.as_str()).collect();
    for chapter in chapters::all(tx, site, course)? {
        if folders.contains(chapter.folder.as_str()) {
            had.insert(chapter.folder.clone(), chapter.id);
        } else {
            chapters::delete(tx, site, chapter.id)?;
        }
    }
    let mut lessons: HashMap<ChapterId, HashMap<String, ContentId>> = HashMap::new();
    for (content, body) in contents::with_bodies(tx, site, course)? {
        lessons.entry(content.chapter_id).or_default().insert(body.file, content.id);
    }
    for (index, chapter) in source.chapters.iter().enumerate() {
        let new = NewChapter {
            name: chapter.name.clone(),
            description: chapter.description.clone(),
            position: Some(index as i64 + 1),
            folder: chapter.folder.clone(),
        };
        let id = match had.get(&chapter.folder) {
            Some(id) => chapters::update(tx, site, *id, &new)?.id,
            None => chapters::create(tx, site, course, &new)?.id,
        };
        import_lessons(tx, site, id, &chapter.lessons, &lessons.remove(&id).unwrap_or_default())?;
    }
    Ok(())
}

fn import_lessons(
    tx: &mut Tx<'_>,
    site: SiteId,
    chapter: ChapterId,
    lessons: &[LessonSource],
    had: &HashMap<String, ContentId>,
) -> Result<()> {
    for (file, id) in had {
        if !lessons.iter().any(|lesson| lesson.file == *file) {
            contents::delete(tx, site, *id)?;
        }
    }
    for (index, lesson) in lessons.iter().enumerate() {
        let new = NewContent {
            name: lesson.name.clone(),
            content_type: lesson.content_type,
            free: lesson.free,
            draft: lesson.draft,
            prerequisite: lesson.prerequisite,
            duration_in_seconds: lesson.duration_in_seconds,
            position: Some(index as i64 + 1),
            file: lesson.file.clone(),
            settings: lesson.settings.clone(),
            text: lesson.text.clone(),
            questions: lesson.questions.clone(),
        };
        match had.get(&lesson.file) {
            Some(id) => contents::update(tx, site, *id, &new)?,
            None => contents::create(tx, site, chapter, &new)?,
        };
    }
    Ok(())
}
