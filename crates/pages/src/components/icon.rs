//! The icons of Lucide (ISC licence), laid into the page as SVG. An icon stands beside a text that says the same, and is
//! hidden from those who have it read to them.

use maud::{Markup, PreEscaped, Render, html};

macro_rules! icons {
    ($($icon:ident = $file:literal,)*) => {
        /// An icon.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Icon {
            $(#[doc = concat!("`", $file, "`.")] $icon,)*
        }

        impl Icon {
            /// Every icon.
            pub const ALL: &[Self] = &[$(Self::$icon),*];

            /// What Lucide calls it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$icon => $file,)* }
            }

            fn shapes(self) -> &'static str {
                match self { $(Self::$icon => include_str!(concat!("../../assets/icons/", $file, ".svg")),)* }
            }
        }
    };
}

icons! {
    Activity = "activity",
    ArrowDown = "arrow-down",
    ArrowUp = "arrow-up",
    Blocks = "blocks",
    BookOpen = "book-open",
    Calendar = "calendar",
    Check = "check",
    ChevronDown = "chevron-down",
    ChevronLeft = "chevron-left",
    ChevronRight = "chevron-right",
    ChevronsUpDown = "chevrons-up-down",
    CircleAlert = "circle-alert",
    CircleCheck = "circle-check",
    CircleHelp = "circle-help",
    Clock = "clock",
    Copy = "copy",
    CreditCard = "credit-card",
    Download = "download",
    Ellipsis = "ellipsis",
    ExternalLink = "external-link",
    Eye = "eye",
    FileText = "file-text",
    Funnel = "funnel",
    GraduationCap = "graduation-cap",
    House = "house",
    Info = "info",
    KeyRound = "key-round",
    Layers = "layers",
    Library = "library",
    ListChecks = "list-checks",
    LogOut = "log-out",
    Mail = "mail",
    Menu = "menu",
    Monitor = "monitor",
    Pencil = "pencil",
    Plus = "plus",
    Receipt = "receipt",
    RotateCcw = "rotate-ccw",
    ScrollText = "scroll-text",
    Search = "search",
    Send = "send",
    Settings = "settings",
    Shield = "shield",
    Star = "star",
    Tag = "tag",
    TicketPercent = "ticket-percent",
    Trash2 = "trash-2",
    TriangleAlert = "triangle-alert",
    Upload = "upload",
    User = "user",
    UserPlus = "user-plus",
    Users = "users",
    UsersRound = "users-round",
    Webhook = "webhook",
    X = "x",
}

impl Render for Icon {
    fn render(&self) -> Markup {
        html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { (PreEscaped(self.shapes())) } }
    }
}
