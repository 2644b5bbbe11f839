//! Courses as code in a folder: what the command line reads and writes. What the files mean is in
//! [`school::course_source`].

mod folder;
#[cfg(test)]
mod tests;

pub use folder::{read, write};
#[cfg(test)]
use school::course_source::{COURSE_FILE, ChapterSource, InstructorSource, LessonSource, ProductSource, files};
pub use school::course_source::{CourseSource, export, import};
