//! The files of a course in a folder: read within it alone, and written nowhere else.

use school::course_source::{self, COURSE_FILE, CourseProblems, CourseSource, files};
use school::file_names;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The longest file that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// Reads the course in a folder.
///
/// # Errors
/// Everything that is wrong with its files, each with the file and what to do.
pub fn read(folder: &Path) -> Result<CourseSource, CourseProblems> {
    let root = folder
        .canonicalize()
        .map_err(|error| CourseProblems::one(&folder.display().to_string(), format!("cannot be opened: {error}")))?;
    let own_name = folder.file_name().or(root.file_name()).map(|name| name.to_string_lossy().into_owned());
    course_source::read(&own_name.unwrap_or_default(), &|path| file(&root, Path::new(path)))
}

/// The text of a file within the folder, following links only where they stay inside.
fn file(root: &Path, path: &Path) -> Result<String, String> {
    let found: PathBuf = match root.join(path).canonicalize() {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(match path.to_str() {
                Some(COURSE_FILE) => "is missing; every course folder has one".to_owned(),
                _ => format!("is missing; write it, or take it out of {COURSE_FILE}"),
            });
        }
        Err(error) => return Err(format!("cannot be opened: {error}")),
    };
    if !found.starts_with(root) {
        return Err("is a link that leaves the course's folder; put a copy there instead".to_owned());
    }
    let metadata = found.metadata().map_err(|error| format!("cannot be opened: {error}"))?;
    if !metadata.is_file() {
        return Err("is not a file".to_owned());
    }
    if metadata.len() > LONGEST {
        return Err(format!("is longer than {LONGEST} bytes; split it"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(&found)
        .and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        format!("line {}: is not UTF-8; save the file as UTF-8", line + 1)
    })
}

/// Writes the files of a course into its folder, which is made when it is missing. Other files there stay.
///
/// # Errors
/// When the folder is not named by the course's slug, or a file cannot be written. Nothing is written outside the
/// folder: names that are paths, and links, are refused.
pub fn write(course: &CourseSource, folder: &Path) -> Result<(), CourseProblems> {
    if folder.file_name().is_none_or(|name| *name != *course.slug) {
        let message = format!("must be named \"{}\", which is the course's slug", course.slug);
        return Err(CourseProblems::one(&folder.display().to_string(), message));
    }
    let mut problems = CourseProblems::default();
    for (path, text) in files(course) {
        let parts: Vec<&str> = path.split('/').collect();
        if parts.len() > 2 || !parts.iter().all(|part| file_names::is_valid(part)) {
            problems.add(&path, "is no name of a file on every machine; rename it in the school");
        } else if let Err(why) = put(folder, &parts, &text) {
            problems.add(&path, why);
        }
    }
    problems.done()
}

fn put(folder: &Path, parts: &[&str], text: &str) -> Result<(), String> {
    let mut path = folder.to_owned();
    for (index, part) in parts.iter().enumerate() {
        if index + 1 == parts.len() {
            std::fs::create_dir_all(&path).map_err(|error| format!("its folder cannot be made: {error}"))?;
        }
        path.push(part);
        if path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
            return Err("would be written through a link; remove the link".to_owned());
        }
    }
    std::fs::write(&path, text).map_err(|error| format!("cannot be written: {error}"))
}
