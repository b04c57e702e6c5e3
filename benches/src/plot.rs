//! Line charts as SVG: the same text for the same figures, readable on light and on dark pages.
//!
//! An image inside a page is told by `prefers-color-scheme` how its reader likes colours. Who shows it otherwise sees it on
//! its own white ground. Lines differ in their marks too, and are named at their ends.

use plotters::coord::Shift;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint};
use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::fmt::Write as _;

const SIZE: (u32, u32) = (860, 480);
/// What is left of it for the names of the lines.
const NAMES_WIDTH: u32 = 210;
/// Between two names at least.
const NAME_HEIGHT: i32 = 18;
const FONT: &str = "sans-serif";

/// Text and axes, on light ground and on dark.
const INK: Shade = Shade { light: RGBColor(0x1F, 0x23, 0x28), dark: RGBColor(0xE6, 0xED, 0xF3) };
const GRID: Shade = Shade { light: RGBColor(0xD8, 0xDE, 0xE4), dark: RGBColor(0x30, 0x36, 0x3D) };
const GROUND: Shade = Shade { light: RGBColor(0xFF, 0xFF, 0xFF), dark: RGBColor(0x0D, 0x11, 0x17) };

/// Lines, the first one for ecached.
const LINES: [Shade; 8] = [
    Shade { light: RGBColor(0x09, 0x69, 0xDA), dark: RGBColor(0x58, 0xA6, 0xFF) },
    Shade { light: RGBColor(0xBC, 0x4C, 0x00), dark: RGBColor(0xFF, 0xA6, 0x57) },
    Shade { light: RGBColor(0x1A, 0x7F, 0x37), dark: RGBColor(0x56, 0xD3, 0x64) },
    Shade { light: RGBColor(0x82, 0x50, 0xDF), dark: RGBColor(0xBC, 0x8C, 0xFF) },
    Shade { light: RGBColor(0xBF, 0x39, 0x89), dark: RGBColor(0xFF, 0x7B, 0xD5) },
    Shade { light: RGBColor(0xCF, 0x22, 0x2E), dark: RGBColor(0xFF, 0x7B, 0x72) },
    Shade { light: RGBColor(0x8A, 0x62, 0x00), dark: RGBColor(0xE3, 0xB3, 0x41) },
    Shade { light: RGBColor(0x6E, 0x77, 0x81), dark: RGBColor(0x8B, 0x94, 0x9E) },
];

type Outcome = Result<(), Box<dyn Error>>;

/// One colour on light ground and on dark.
#[derive(Clone, Copy)]
struct Shade {
    light: RGBColor,
    dark: RGBColor,
}

/// A direction of the chart.
#[derive(Clone, Debug)]
pub struct Axis {
    label: String,
    is_log: bool,
    range: [f64; 2],
    /// Marked values, and what is written there.
    ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Marks at these values, on a logarithmic scale.
    #[must_use]
    pub fn decades(label: &str, values: &[f64]) -> Self {
        let ticks = values.iter().map(|value| (*value, grouped(*value))).collect();
        let ends = [values.first(), values.last()].map(|end| end.copied().unwrap_or(1.0));
        Self { label: label.to_owned(), is_log: true, range: ends, ticks }
    }

    /// Named steps at equal distances: at 0, 1, 2 and so on.
    #[must_use]
    pub fn steps(label: &str, names: &[String]) -> Self {
        let ticks: Vec<_> =
            names.iter().enumerate().map(|(step, name)| (step as f64, name.clone())).collect();
        let last = ticks.last().map_or(1.0, |(step, _)| step.max(1.0));
        Self { label: label.to_owned(), is_log: false, range: [0.0, last], ticks }
    }

    /// From a round number to another, with both figures between them.
    #[must_use]
    pub fn between(label: &str, low: f64, high: f64) -> Self {
        let magnitude = 10_f64.powf((high - low).max(1e-9).log10().floor());
        let step = [0.1, 0.2, 0.5, 1.0, 2.0].map(|factor| factor * magnitude);
        let step = step.into_iter().find(|step| (high - low) / step <= 8.0).unwrap_or(magnitude);
        let (first, last) = ((low / step).floor() as i32, (high / step).ceil() as i32);
        let ticks = (first..=last).map(|index| f64::from(index) * step);
        let ticks: Vec<_> = ticks.map(|value| (value, grouped(value))).collect();
        let range = [f64::from(first) * step, f64::from(last) * step];
        Self { label: label.to_owned(), is_log: false, range, ticks }
    }

    /// Logarithmic, from `low` to `high`, with round numbers marked.
    #[must_use]
    pub fn spanning(label: &str, low: f64, high: f64) -> Self {
        let (low, high) = (low / 1.15, high * 1.15);
        let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let is_wide = high / low > 1000.0;
        let factors: &[f64] = if is_wide { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let all = decades.flat_map(|power| factors.iter().map(move |f| f * 10_f64.powi(power)));
        let ticks = all.filter(|value| (low..=high).contains(value));
        let ticks = ticks.map(|value| (value, grouped(value))).collect();
        Self { label: label.to_owned(), is_log: true, range: [low, high], ticks }
    }

    /// Where a value stands.
    fn at(&self, value: f64) -> f64 {
        if self.is_log { value.log10() } else { value }
    }

    fn marked(&self) -> Marked {
        let places = self.ticks.iter().map(|(value, _)| self.at(*value)).collect();
        Marked { whole: (self.at(self.range[0])..self.at(self.range[1])).into(), places }
    }

    /// What is written where.
    fn name(&self, place: f64) -> String {
        let near = |value: f64| (self.at(value) - place).abs() < 1e-6;
        let tick = self.ticks.iter().find(|(value, _)| near(*value));
        tick.map(|(_, name)| name.clone()).unwrap_or_default()
    }
}

/// An axis as `plotters` knows it, with marks where we want them.
struct Marked {
    whole: RangedCoordf64,
    places: Vec<f64>,
}

impl Ranged for Marked {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.whole.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.places.clone()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.whole.range()
    }
}

/// A number as people write it.
pub(crate) fn grouped(value: f64) -> String {
    if value < 1000.0 {
        let text = format!("{value:.3}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A line of the chart.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Its points.
    pub points: Vec<(f64, f64)>,
    /// A bound rather than one of those compared: dashed, without a colour of its own.
    pub is_bound: bool,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Above it.
    pub title: String,
    /// Below it, small: whose data it is, say.
    pub note: String,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    /// The first one is the widest.
    pub lines: Vec<Line>,
}

impl Chart {
    /// The image.
    ///
    /// # Errors
    ///
    /// When it cannot be drawn: never, unless a figure is not finite.
    pub fn svg(&self) -> Result<String, Box<dyn Error>> {
        let mut text = String::new();
        {
            let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
            self.draw(&root)?;
            root.present()?;
        }
        Ok(self.finished(&text))
    }

    fn draw(&self, root: &DrawingArea<SVGBackend<'_>, Shift>) -> Outcome {
        root.fill(&GROUND.light)?;
        let size = |points: u32| (FONT, points).into_font().color(&INK.light);
        root.draw(&Text::new(self.title.as_str(), (16, 12), size(17)))?;
        let right_below = Pos::new(HPos::Right, VPos::Bottom);
        let corner = (SIZE.0 as i32 - 10, SIZE.1 as i32 - 6);
        root.draw(&Text::new(self.note.as_str(), corner, size(11).pos(right_below)))?;
        let mut chart = ChartBuilder::on(root)
            .margin_top(48)
            .margin_bottom(24)
            .margin_left(12)
            .margin_right(NAMES_WIDTH)
            .x_label_area_size(44)
            .y_label_area_size(58)
            .build_cartesian_2d(self.x.marked(), self.y.marked())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.light)
            .axis_style(INK.light)
            .label_style(size(13))
            .axis_desc_style(size(14))
            .x_desc(self.x.label.as_str())
            .y_desc(self.y.label.as_str())
            .x_label_formatter(&|place| self.x.name(*place))
            .y_label_formatter(&|place| self.y.name(*place))
            .draw()?;
        let mut ends = Vec::new();
        // The first line is drawn last, over the others.
        for (index, line) in self.lines.iter().enumerate().rev() {
            let places = line.points.iter().map(|(x, y)| (self.x.at(*x), self.y.at(*y)));
            let pixels: Vec<_> = places.map(|place| chart.backend_coord(&place)).collect();
            let Some((_, height)) = pixels.last().copied() else { continue };
            draw_line(root, &pixels, index, line.is_bound)?;
            ends.push((height, index));
        }
        self.name_lines(root, ends)
    }

    /// Writes the names beside the ends of the lines, apart from each other.
    fn name_lines(
        &self,
        root: &DrawingArea<SVGBackend<'_>, Shift>,
        mut ends: Vec<(i32, usize)>,
    ) -> Outcome {
        ends.sort_unstable();
        let left = (SIZE.0 - NAMES_WIDTH) as i32 + 14;
        let bottom = SIZE.1 as i32 - 90;
        let wanted: Vec<i32> = ends.iter().map(|(height, _)| *height).collect();
        for ((_, index), height) in ends.iter().zip(apart(&wanted, bottom)) {
            let line = &self.lines[*index];
            draw_line(root, &[(left, height), (left + 22, height)], *index, line.is_bound)?;
            let style = (FONT, 13).into_font().color(&INK.light);
            let style = style.pos(Pos::new(HPos::Left, VPos::Center));
            root.draw(&Text::new(line.name.as_str(), (left + 32, height), style))?;
        }
        Ok(())
    }

    /// With a name for who does not see it, and the colours for dark pages.
    fn finished(&self, text: &str) -> String {
        let hex = |color: RGBColor| format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2);
        let mut head = format!("<title>{}</title>\n<style>\n", escaped(&self.title));
        head += "@media (prefers-color-scheme: dark) {\n";
        for shade in [INK, GRID, GROUND].iter().chain(&LINES) {
            let (light, dark) = (hex(shade.light), hex(shade.dark));
            for property in ["fill", "stroke"] {
                _ = writeln!(head, "[{property}=\"{light}\"] {{ {property}: {dark} }}");
            }
        }
        head += "}\n</style>\n";
        let begin = text.find("<svg").unwrap_or(0);
        let end = text[begin..].find('>').map_or(0, |end| begin + end + 1);
        let tag = text[begin..end].replacen("<svg", "<svg role=\"img\"", 1);
        format!("{tag}\n{head}{}\n", text[end..].trim())
    }
}

/// For text in XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Heights from top to bottom near the wanted ones, none too near to another, none below `bottom` if there is room.
fn apart(wanted: &[i32], bottom: i32) -> Vec<i32> {
    let mut heights = wanted.to_vec();
    for index in 1..heights.len() {
        heights[index] = heights[index].max(heights[index - 1] + NAME_HEIGHT);
    }
    let mut limit = bottom;
    for height in heights.iter_mut().rev() {
        *height = (*height).min(limit);
        limit = *height - NAME_HEIGHT;
    }
    heights
}

fn draw_line(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    pixels: &[(i32, i32)],
    index: usize,
    is_bound: bool,
) -> Outcome {
    let color = if is_bound { INK.light } else { LINES[index % LINES.len()].light };
    let style = color.stroke_width(if index == 0 { 3 } else { 2 });
    if is_bound {
        root.draw(&DashedPathElement::new(pixels.to_vec(), 6, 4, style))?;
        return Ok(());
    }
    root.draw(&PathElement::new(pixels.to_vec(), style))?;
    for (x, y) in pixels.iter().copied() {
        let filled = color.filled();
        match index % 4 {
            0 => root.draw(&Circle::new((x, y), 5, filled))?,
            1 => root.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], filled))?,
            2 => root.draw(&Polygon::new([(x, y - 6), (x + 5, y + 4), (x - 5, y + 4)], filled))?,
            _ => {
                let corners = [(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)];
                root.draw(&Polygon::new(corners, filled))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_always_the_same_and_knows_both_grounds() {
        let chart = Chart {
            title: "a < b".to_owned(),
            note: String::new(),
            x: Axis::decades("x", &[1.0, 10.0, 100.0]),
            y: Axis::between("y", 0.0, 87.0),
            lines: vec![Line {
                name: "one".to_owned(),
                points: vec![(1.0, 3.0), (100.0, 80.0)],
                is_bound: false,
            }],
        };
        let svg = chart.svg().unwrap();
        assert_eq!(svg, chart.svg().unwrap());
        assert!(svg.contains("prefers-color-scheme") && svg.contains("a &lt; b"), "{svg}");
        assert!(svg.contains(r##"fill="#0969DA""##), "the colours are found by the rules: {svg}");
    }

    #[test]
    fn axes_are_marked_at_round_numbers() {
        let names = |axis: &Axis| {
            axis.ticks.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(&Axis::between("", 28.0, 87.0)), "20 30 40 50 60 70 80 90");
        assert_eq!(names(&Axis::spanning("", 0.5, 4.0)), "0.5 1 2");
        assert_eq!(names(&Axis::decades("", &[1.0, 10_000.0])), "1 10,000");
    }

    #[test]
    fn names_keep_apart() {
        assert_eq!(apart(&[10, 12, 200], 300), [10, 28, 200]);
        assert_eq!(apart(&[290, 295], 300), [282, 300]);
    }
}
