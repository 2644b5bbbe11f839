//! What the kinds of lessons are called, and what each is for.

use pages::components::Icon;
use school::contents::ContentType;

/// A kind of lesson as people choose it.
pub(super) struct Kind {
    pub kind: ContentType,
    pub label: &'static str,
    pub about: &'static str,
    pub icon: Icon,
}

const fn kind(kind: ContentType, label: &'static str, icon: Icon, about: &'static str) -> Kind {
    Kind { kind, label, about, icon }
}

/// Every kind, in the order in which they are offered.
pub(super) const KINDS: [Kind; 13] = [
    kind(ContentType::HtmlItem, "Text", Icon::FileText, "Words, pictures and links to read."),
    kind(ContentType::Lesson, "Video", Icon::Monitor, "A video, with words below it."),
    kind(ContentType::Audio, "Audio", Icon::Activity, "Something to listen to."),
    kind(ContentType::Pdf, "PDF", Icon::ScrollText, "A document to read on the page."),
    kind(ContentType::Download, "Download", Icon::Download, "Files to take home."),
    kind(ContentType::Presentation, "Presentation", Icon::Layers, "Slides to go through."),
    kind(ContentType::Iframe, "Multimedia", Icon::ExternalLink, "A page from elsewhere, shown in the lesson."),
    kind(ContentType::Quiz, "Quiz", Icon::ListChecks, "Questions with right answers, and a grade."),
    kind(ContentType::Survey, "Survey", Icon::CircleHelp, "Questions without right answers."),
    kind(ContentType::Assignment, "Assignment", Icon::Upload, "Work that students hand in."),
    kind(ContentType::LiveLesson, "Live", Icon::Calendar, "A meeting at a set time."),
    kind(ContentType::Disqus, "Discussion", Icon::Users, "A place to talk, at Disqus."),
    kind(ContentType::BrilliumExam, "Exam", Icon::GraduationCap, "An examination at Brillium."),
];

/// A kind.
pub(super) fn of(kind: ContentType) -> &'static Kind {
    KINDS.iter().find(|known| known.kind == kind).unwrap_or(&KINDS[0])
}
