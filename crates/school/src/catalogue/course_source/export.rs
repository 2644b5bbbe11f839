//! From a school to a course's files.

use super::{ChapterSource, CourseSource, InstructorSource, LessonSource, ProductSource};
use crate::contents::without_ids;
use crate::files::{self, FileRef};
use crate::instructors::Instructor;
use crate::products::{NewPrice, Price};
use crate::{Error, Result, chapters, collections, contents, courses, instructors, products};
use std::collections::HashMap;
use store::{ChapterId, CourseId, SiteId, Tx};

/// Takes a course out of a school, as files would say it.
///
/// # Errors
/// [`Error::NotFound`] when the school has no course with this slug.
pub fn export(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<CourseSource> {
    let course = courses::find_by_slug(tx, site, slug)?.ok_or(Error::NotFound)?;
    let product = products::get(tx, site, course.product_id)?;
    let instructor = match course.instructor_id {
        Some(id) => Some(instructors::get(tx, site, id)?),
        None => None,
    };
    let (card_image_url, card_image_file) = picture(tx, site, course.course_card_image_url.as_ref())?;
    let (banner_image_url, banner_image_file) = picture(tx, site, course.banner_image_url.as_ref())?;
    let instructor = match instructor {
        Some(instructor) => Some(instructor_source(tx, site, instructor)?),
        None => None,
    };
    let mut names = Vec::new();
    for id in &product.collection_ids {
        let collection = collections::get(tx, site, *id)?;
        if !collection.is_default {
            names.push(collection.name.trim().to_owned());
        }
    }
    names.sort();
    names.dedup();
    Ok(CourseSource {
        name: course.name.clone(),
        slug: course.slug.clone(),
        subtitle: course.subtitle.clone(),
        description: course.description.clone(),
        course_card_text: course.course_card_text.clone(),
        keywords: course.keywords.clone(),
        duration: course.duration.clone(),
        contact_information: course.contact_information.clone(),
        reviews_enabled: course.reviews_enabled,
        card_image_url,
        card_image_file,
        banner_image_url,
        banner_image_file,
        intro_video_youtube: course.intro_video_youtube.clone(),
        intro_video_wistia_identifier: course.intro_video_wistia_identifier.clone(),
        video_completion_percentage: course.video_completion_percentage,
        instructor,
        product: ProductSource {
            status: product.status,
            private: product.private,
            hidden: product.hidden,
            has_certificate: product.has_certificate,
            days_until_expiry: product.days_until_expiry,
            seo_title: product.seo_title.clone(),
            seo_description: product.seo_description.clone(),
            collections: names,
        },
        prices: prices(&product.prices),
        chapters: export_chapters(tx, site, course.id)?,
    })
}

/// A picture by its address, or by what it holds where it is a file of the school.
fn picture(tx: &mut Tx<'_>, site: SiteId, url: Option<&String>) -> Result<(Option<String>, Option<FileRef>)> {
    let Some(url) = url else { return Ok((None, None)) };
    let own = files::files_in(tx, site, [url.as_str()])?.pop();
    Ok(match own.and_then(|file| file.checksum) {
        Some(sha256) => (None, Some(FileRef { sha256, ..FileRef::default() })),
        None => (Some(url.clone()), None),
    })
}

fn instructor_source(tx: &mut Tx<'_>, site: SiteId, instructor: Instructor) -> Result<InstructorSource> {
    let (avatar_url, avatar_file) = picture(tx, site, instructor.avatar_url.as_ref())?;
    Ok(InstructorSource {
        first_name: instructor.first_name,
        last_name: instructor.last_name,
        title: instructor.title,
        bio: instructor.bio,
        email: instructor.email,
        avatar_url,
        avatar_file,
        slug: instructor.slug,
    })
}

fn prices(rows: &[Price]) -> Vec<NewPrice> {
    if let [only] = rows
        && courses::is_simply_free(only)
    {
        return Vec::new();
    }
    let mut rows: Vec<&Price> = rows.iter().collect();
    rows.sort_by_key(|price| (!price.is_primary, price.position));
    let price = |(index, price): (usize, &Price)| NewPrice { is_primary: index == 0, ..NewPrice::from(price) };
    rows.into_iter().enumerate().map(price).collect()
}

fn export_chapters(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<Vec<ChapterSource>> {
    let mut lessons: HashMap<ChapterId, Vec<LessonSource>> = HashMap::new();
    for (content, body) in contents::with_bodies(tx, site, course)? {
        lessons.entry(content.chapter_id).or_default().push(LessonSource {
            file: body.file,
            name: content.name.clone(),
            content_type: content.contentable_type,
            free: content.free,
            draft: content.draft,
            prerequisite: content.prerequisite,
            duration_in_seconds: content.duration_in_seconds,
            settings: body.settings.without_file_ids(),
            text: body.text,
            questions: body.questions.iter().map(without_ids).collect(),
        });
    }
    let chapter = |chapter: chapters::Chapter| ChapterSource {
        name: chapter.name.clone(),
        description: chapter.description.clone(),
        folder: chapter.folder.clone(),
        lessons: lessons.remove(&chapter.id).unwrap_or_default(),
    };
    Ok(chapters::all(tx, site, course)?.into_iter().map(chapter).collect())
}
