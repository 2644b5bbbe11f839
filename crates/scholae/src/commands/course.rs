//! `scholae course`

use super::school;
use crate::config::{Config, Failure};
use crate::course;
use crate::progress::during;
use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;

/// Courses as code: a folder of Markdown becomes a course, and back
#[derive(Debug, Subcommand)]
pub enum CourseCommand {
    /// Bring a folder in as a course, or bring the course that is there up to date with it
    Import {
        /// The folder with course.toml
        folder: PathBuf,
        /// Which school; not needed when there is only one
        #[arg(long, value_name = "SUBDOMAIN")]
        school: Option<String>,
        /// Only look whether the folder is in order
        #[arg(long)]
        check: bool,
    },
    /// Write a course into its folder, over what is there of it
    Export {
        /// The last part of the course's address
        slug: String,
        /// The folder, which is named like the course's address; made when it is missing
        folder: PathBuf,
        /// Which school; not needed when there is only one
        #[arg(long, value_name = "SUBDOMAIN")]
        school: Option<String>,
    },
}

impl CourseCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the folder is not in order, which is said file by file, or the course is not there.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        match self {
            Self::Import { folder, school: named, check } => {
                let source = course::read(&folder).map_err(|problems| Failure::Told(problems.to_string()))?;
                let lessons: usize = source.chapters.iter().map(|chapter| chapter.lessons.len()).sum();
                let counted = format!("{} chapters, {lessons} lessons", source.chapters.len());
                if check {
                    println!("`{}` is in order: {counted}.", source.name);
                    return Ok(ExitCode::SUCCESS);
                }
                let store = config.open_store()?;
                let site = school(&store, named.as_deref())?.id;
                let addresses = config.file_addresses(config.server_key(&store)?);
                let course = during("importing the course", || {
                    store.write_now(site, move |tx| course::import(tx, site, &source, &addresses))
                })?;
                println!("`{}` is course {} at /courses/{}: {counted}.", course.name, course.id, course.slug);
            }
            Self::Export { slug, folder, school: named } => {
                let store = config.open_store()?;
                let site = school(&store, named.as_deref())?.id;
                let asked = slug.clone();
                let source =
                    store.read_now(move |tx| course::export(tx, site, &asked)).map_err(|error| match error {
                        school::Error::NotFound => Failure::Told(format!("there is no course `{slug}` in this school")),
                        other => other.into(),
                    })?;
                course::write(&source, &folder).map_err(|error| Failure::Told(error.to_string()))?;
                println!("`{}` is written to {}.", source.name, folder.display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
