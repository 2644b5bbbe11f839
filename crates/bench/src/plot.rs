//! The results as a picture: a bar for each measurement, each row on a scale of its own, with the goals marked.

use crate::measure::{Engine, Line, Measured, Results, Verdict};
use std::fmt::Write as _;

const WIDTH: f64 = 920.0;
const MARGIN: f64 = 28.0;
/// Where bars begin, and how long the longest may be.
const BARS: f64 = 150.0;
const LONGEST: f64 = 560.0;
const BAR: f64 = 16.0;
const GAP: f64 = 5.0;

/// Readable on paper and on a dark screen: the picture brings its own ground. The colours of the bars are told apart
/// by people who see no red or no green, and every bar has its name beside it.
const STYLE: &str = "
  svg { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
  .ground { fill: #ffffff; } .ink { fill: #1b1f24; } .soft { fill: #57606a; }
  .rule { stroke: #d0d7de; } .sqlite { fill: #0b7285; } .postgres { fill: #9c5a00; }
  .halo { stroke: #ffffff; stroke-width: 6; opacity: .75; }
  .must { stroke: #1b1f24; stroke-width: 2; } .aim { stroke: #1b1f24; stroke-width: 2; stroke-dasharray: 3 3; }
  .missed { fill: #b3261e; font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; } .ink { fill: #e6edf3; } .soft { fill: #9aa4af; }
    .rule { stroke: #30363d; } .sqlite { fill: #3bc0d6; } .postgres { fill: #f0a63a; }
    .must, .aim { stroke: #ffffff; } .halo { stroke: #0d1117; } .missed { fill: #ff8a80; }
  }";

struct Picture {
    marks: String,
    y: f64,
}

/// Draws the results.
pub fn svg(results: &Results) -> String {
    let engines = results.engines();
    let mut picture = Picture { marks: String::new(), y: 40.0 };
    picture.text(MARGIN, "ink", 20.0, "600", "Scholae, measured beside its yardsticks");
    picture.y += 24.0;
    let machine = &results.machine;
    let about = format!(
        "{}{} · {} · {} cores, {:.0} GiB",
        if results.method.quick { "a quick look · " } else { "" },
        results.when,
        machine.cpu,
        machine.cores,
        machine.memory_mib as f64 / 1024.0,
    );
    picture.text(MARGIN, "soft", 13.0, "400", &about);
    picture.y += 26.0;
    picture.legend();
    for (more, title) in [(true, "More is better"), (false, "Less is better")] {
        let lines: Vec<&Line> = results.lines.iter().filter(|line| line.more_is_better == more).collect();
        if lines.is_empty() {
            continue;
        }
        picture.y += 36.0;
        picture.text(MARGIN, "ink", 15.0, "600", title);
        for line in lines {
            picture.line(line, &engines);
        }
    }
    let height = picture.y + MARGIN;
    let (width, marks) = (WIDTH, picture.marks);
    let title = "Scholae, measured beside its yardsticks";
    let described = escape(&description(results));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height:.0}\" width=\"{width}\" \
         height=\"{height:.0}\" role=\"img\" aria-labelledby=\"title about\">\n\
         <title id=\"title\">{title}</title>\n<desc id=\"about\">{described}</desc>\n<style>{STYLE}\n</style>\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n{marks}</svg>\n"
    )
}

/// The same in words, for those who hear it.
fn description(results: &Results) -> String {
    let mut words = String::new();
    for line in &results.lines {
        let _infallible = write!(words, "{}: ", line.what);
        for (engine, measured) in &line.measured {
            let (name, value, said) = (engine.name(), line.shown(measured.value), line.said(measured));
            let _infallible = write!(words, "{name} {value}, {said}; ");
        }
        let _infallible = write!(words, "must be {}", line.goal(line.must));
        if let Some(aim) = line.aim {
            let _infallible = write!(words, ", aim {}", line.goal(aim));
        }
        words.push_str(". ");
    }
    words.trim_end().to_owned()
}

impl Picture {
    fn text(&mut self, x: f64, class: &str, size: f64, weight: &str, text: &str) {
        self.anchored(x, "start", class, size, weight, text);
    }

    fn anchored(&mut self, x: f64, anchor: &str, class: &str, size: f64, weight: &str, text: &str) {
        let (y, text) = (self.y, escape(text));
        let _infallible = writeln!(
            self.marks,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" font-size=\"{size}\" font-weight=\"{weight}\" \
             text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    fn legend(&mut self) {
        let y = self.y;
        for (x, class, words) in [(MARGIN, "must", "must"), (MARGIN + 70.0, "aim", "aim")] {
            let _infallible = writeln!(
                self.marks,
                "<line class=\"{class}\" x1=\"{x}\" x2=\"{x}\" y1=\"{:.1}\" y2=\"{:.1}\"/>",
                y - 13.0,
                y + 3.0
            );
            self.text(x + 8.0, "soft", 13.0, "400", words);
        }
        self.text(MARGIN + 130.0, "soft", 13.0, "400", "Every row has a scale of its own, from zero.");
    }

    fn line(&mut self, line: &Line, engines: &[Engine]) {
        self.y += 32.0;
        self.text(MARGIN, "ink", 13.5, "400", &line.what);
        let goals = match line.aim {
            Some(aim) => format!("must {}, aim {}", line.goal(line.must), line.goal(aim)),
            None => format!("must {}", line.goal(line.must)),
        };
        self.anchored(WIDTH - MARGIN, "end", "soft", 12.5, "400", &goals);
        self.y += 9.0;
        let most = line.measured.values().map(|measured| measured.value).chain([line.must]).chain(line.aim);
        let scale = LONGEST / most.fold(f64::MIN_POSITIVE, f64::max);
        let top = self.y;
        for engine in engines {
            if let Some(measured) = line.measured.get(engine) {
                self.bar(line, *engine, measured, scale);
            }
        }
        let bottom = self.y - GAP + 3.0;
        let _infallible = writeln!(
            self.marks,
            "<line class=\"rule\" x1=\"{BARS}\" x2=\"{BARS}\" y1=\"{:.1}\" y2=\"{bottom:.1}\"/>",
            top - 3.0
        );
        for (class, goal) in [("must", Some(line.must)), ("aim", line.aim)] {
            if let Some(goal) = goal {
                let x = BARS + goal * scale;
                for class in ["halo", class] {
                    let _infallible = writeln!(
                        self.marks,
                        "<line class=\"{class}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{bottom:.1}\"/>",
                        top - 3.0
                    );
                }
            }
        }
    }

    fn bar(&mut self, line: &Line, engine: Engine, measured: &Measured, scale: f64) {
        let (class, length) = match engine {
            Engine::Sqlite => ("sqlite", measured.value * scale),
            Engine::Postgres => ("postgres", measured.value * scale),
        };
        let length = length.max(1.0);
        let y = self.y;
        let _infallible = writeln!(
            self.marks,
            "<rect class=\"{class}\" x=\"{BARS}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{BAR}\" rx=\"2\"/>"
        );
        self.y += BAR - 3.5;
        self.anchored(BARS - 10.0, "end", "ink", 13.0, "400", engine.name());
        // Beside the bar and beside the goals, so that no mark runs through the letters.
        let far = [Some(line.must), line.aim].into_iter().flatten().map(|goal| goal * scale).fold(length, f64::max);
        let (class, sign) = match measured.verdict {
            Verdict::Missed => ("missed", "✗"),
            Verdict::Must => ("ink", "✓"),
            Verdict::Aim => ("ink", "✓✓"),
        };
        let words = format!("{} {sign} {}", line.shown(measured.value), short(measured.verdict, line.aim));
        self.text(BARS + far + 9.0, class, 13.0, "400", words.trim_end());
        self.y += 3.5 + GAP;
    }
}

fn short(verdict: Verdict, aim: Option<f64>) -> &'static str {
    match (verdict, aim) {
        (Verdict::Missed, _) => "missed",
        (Verdict::Must, Some(_)) => "must met",
        (Verdict::Must, None) => "met",
        (Verdict::Aim, _) => "aim met",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_cannot_break_the_picture() {
        assert_eq!(escape("page=1&limit=<250>"), "page=1&amp;limit=&lt;250&gt;");
    }
}
