//! Examples for the help of every command. A test has each of them read.

/// The examples of each command, by its name.
pub const EXAMPLES: &[(&str, &[&str])] = &[
    ("", &["scholae demo", "scholae serve --data /var/lib/scholae", "scholae help users import"]),
    (
        "serve",
        &[
            "scholae serve",
            "scholae serve --data /var/lib/scholae --listen 0.0.0.0:9000 --base-domain school.example.com",
            "scholae serve --config /etc/scholae.toml",
        ],
    ),
    ("demo", &["scholae demo", "scholae demo --listen 127.0.0.1:8080", "scholae demo --fresh"]),
    ("site", &["scholae site create --subdomain academy --name \"The Academy\"", "scholae site list"]),
    (
        "site create",
        &[
            "scholae site create --subdomain academy --name \"The Academy\" --owner-email ada@example.com",
            "scholae site create --subdomain academy --name \"The Academy\" --plan plus --currency eur --json",
        ],
    ),
    ("site list", &["scholae site list", "scholae site list --json"]),
    (
        "site update",
        &[
            "scholae site update --plan plus",
            "scholae site update --school academy --own-requests-per-minute 600",
            "scholae site update --school academy --support-email help@academy.example --subdomain college",
        ],
    ),
    ("site suspend", &["scholae site suspend --school academy"]),
    ("site resume", &["scholae site resume --school academy"]),
    ("site delete", &["scholae site delete --school academy"]),
    ("files", &["scholae files sweep"]),
    ("files sweep", &["scholae files sweep", "scholae files sweep --delete"]),
    ("owner", &["scholae owner set --email ada@example.com"]),
    (
        "owner set",
        &[
            "scholae owner set --email ada@example.com",
            "scholae owner set --school academy --email ada@example.com --first-name Ada --last-name Lovelace",
        ],
    ),
    ("key", &["scholae key show", "scholae key rotate academy"]),
    ("key show", &["scholae key show", "scholae key show academy"]),
    ("key rotate", &["scholae key rotate academy", "scholae key rotate academy --now"]),
    ("key revoke", &["scholae key revoke academy"]),
    ("app", &["scholae app list", "scholae app show my-app"]),
    (
        "app create",
        &[
            "scholae app create --name Reports --redirect-uri http://localhost:3000/callback --scope read:users",
            "scholae app create --name Reports --kind public --redirect-uri https://app.example/callback \
             --scope read:users,read:courses",
        ],
    ),
    ("app list", &["scholae app list", "scholae app list --json"]),
    ("app show", &["scholae app show reports"]),
    ("app set", &["scholae app set reports --scope read:users,read:orders"]),
    ("app rotate-secret", &["scholae app rotate-secret reports --grace-hours 24"]),
    ("app uninstall", &["scholae app uninstall reports --school academy"]),
    ("app delete", &["scholae app delete reports"]),
    ("token", &["scholae token create --name nightly-report", "scholae token list"]),
    (
        "token create",
        &["scholae token create --name nightly-report", "scholae token create --name trial --expires-in-days 30"],
    ),
    ("token list", &["scholae token list --school academy"]),
    ("token revoke", &["scholae token revoke nightly-report"]),
    ("keys", &["scholae keys rotate"]),
    ("keys rotate", &["scholae keys rotate"]),
    ("course", &["scholae course import sourdough-at-home", "scholae course export sourdough-at-home copy"]),
    (
        "course import",
        &[
            "scholae course import sourdough-at-home --check",
            "scholae course import sourdough-at-home --school academy",
        ],
    ),
    ("course export", &["scholae course export sourdough-at-home sourdough-at-home"]),
    ("users", &["scholae users import people.csv --dry-run", "scholae users erase ada@example.com"]),
    ("users erase", &["scholae users erase ada@example.com", "scholae users erase 27 --school academy --confirm 27"]),
    ("users reset-second-factor", &["scholae users reset-second-factor ada@example.com --school academy"]),
    (
        "users import",
        &[
            "scholae users import people.csv --dry-run",
            "scholae users import people.csv --update --invite",
            "scholae users import people.csv --skip-bad refused.csv",
        ],
    ),
    (
        "enroll",
        &[
            "scholae enroll --course sourdough-at-home ada@example.com grace@example.com",
            "scholae enroll --bundle bakers --csv people.csv --expires 2027-06-30",
            "scholae enroll --course 12 --group \"Cohort A\" --trial",
        ],
    ),
    ("trigger", &["scholae trigger user.signup", "scholae trigger enrollment.completed --user ada@example.com"]),
    ("listen", &["scholae listen --forward-to http://localhost:3000/hook"]),
    ("events", &["scholae events tail"]),
    ("events tail", &["scholae events tail", "scholae events tail --topic order.created --json"]),
    (
        "security-log",
        &["scholae security-log", "scholae security-log --school academy --since 2026-11-01 --kind sign_in_refused"],
    ),
    (
        "generate",
        &["scholae generate --users 60000 --courses 40 --enrollments 120000", "scholae generate --seed 2 --json"],
    ),
    (
        "backup",
        &["scholae backup --out /backups/school.jsonl", "scholae backup --school academy --out /backups/academy.jsonl"],
    ),
    (
        "restore",
        &[
            "scholae restore /backups/school.jsonl --data /var/lib/scholae",
            "scholae restore school.jsonl --database postgres://scholae@db.example/school",
            "scholae restore academy.jsonl --school academy --webhooks keep",
        ],
    ),
    ("doctor", &["scholae doctor", "scholae doctor --json", "scholae doctor --repair"]),
    ("config", &["scholae config > scholae.toml"]),
    ("settings", &["scholae settings", "scholae settings | grep timeout"]),
    (
        "completions",
        &[
            "scholae completions bash > ~/.local/share/bash-completion/completions/scholae",
            "scholae completions zsh > ~/.zfunc/_scholae",
            "scholae completions fish > ~/.config/fish/completions/scholae.fish",
        ],
    ),
    ("man", &["scholae man users import | man -l -", "scholae man --out /usr/local/share/man/man1"]),
];
