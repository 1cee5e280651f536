//! Charts drawn by the server: SVG that needs no script, with a text for every figure.

use std::fmt::Write as _;

/// Width of the bars' ground, and height of a line, in units of the drawing.
const WIDTH: u64 = 640;
const LINE: u64 = 28;
/// Where bars begin.
const LEFT: u64 = 260;

/// One line of a chart: its label, and two figures that share its bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub label: String,
    /// Drawn to the left part, in the colour of what gets worse.
    pub worse: u64,
    pub better: u64,
    /// Written behind the bar.
    pub text: String,
}

/// Lines of two figures each, the longest of which fills the width.
#[must_use]
pub fn bars(title: &str, lines: &[Line]) -> String {
    let longest = lines.iter().map(|line| line.worse + line.better).max().unwrap_or(0).max(1);
    let height = LINE * lines.len() as u64 + 4;
    let mut svg = format!(
        "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {} {height}\"><title>{}</title>",
        LEFT + WIDTH + 160,
        escaped(title)
    );
    for (place, line) in (0u64..).zip(lines) {
        let top = LINE * place + 4;
        let (worse, better) = (line.worse * WIDTH / longest, line.better * WIDTH / longest);
        let middle = top + LINE / 2;
        let _ = write!(
            svg,
            "<text class=\"chart__label\" x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\
             <rect class=\"chart__worse\" x=\"{LEFT}\" y=\"{top}\" width=\"{worse}\" height=\"20\"/>\
             <rect class=\"chart__better\" x=\"{}\" y=\"{top}\" width=\"{better}\" height=\"20\"/>\
             <text class=\"chart__text\" x=\"{}\" y=\"{middle}\">{}</text>",
            LEFT - 8,
            escaped(&line.label),
            LEFT + worse,
            LEFT + worse + better + 8,
            escaped(&line.text)
        );
    }
    svg.push_str("</svg>");
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_line_fills_the_width_and_words_are_escaped() {
        let line = |label: &str, worse, better| Line {
            label: label.to_owned(),
            worse,
            better,
            text: format!("{worse}/{better}"),
        };
        let svg = bars("a<b", &[line("一", 3, 1), line("x\">", 1, 0)]);
        assert!(svg.contains("<title>a&lt;b</title>") && svg.contains("x&quot;&gt;"), "{svg}");
        assert!(svg.contains("width=\"480\"") && svg.contains("width=\"160\""), "{svg}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(!bars("empty", &[]).contains("rect"));
    }
}
