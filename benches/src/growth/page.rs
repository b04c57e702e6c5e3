//! What the page says about growth.

use super::{ENOUGH, Figure, Scale, Series};
use crate::machine;
use crate::plot::{Axis, Chart, Line, grouped};
use std::fmt::Write as _;

/// The file of a chart.
#[must_use]
pub fn plot_name(scale: &Scale) -> String {
    format!("{}.svg", scale.slug)
}

/// Whether enough rounds counted.
fn is_known(figure: &Figure) -> bool {
    figure.is_exact || figure.ratio.count >= ENOUGH
}

/// The chart: medians of the ratios.
#[must_use]
pub fn chart(scale: &Scale) -> Chart {
    let names: Vec<String> = scale.steps.iter().map(u64::to_string).collect();
    let places: Vec<f64> = (0..scale.steps.len())
        .map(|step| if scale.is_log { scale.steps[step] as f64 } else { step as f64 })
        .collect();
    let line = |series: &Series| {
        let known = series.figures.iter().zip(&places);
        let known = known.filter_map(|(figure, place)| Some((*place, (*figure).filter(is_known)?)));
        Line {
            name: series.name.to_owned(),
            points: known.map(|(place, figure)| (place, figure.ratio.median)).collect(),
            is_bound: false,
        }
    };
    let mut lines: Vec<Line> = scale.series.iter().map(line).collect();
    lines.extend(scale.ideal.map(|name| {
        let ratio = |step: &u64| *step as f64 / scale.steps[0] as f64;
        let points = places.iter().copied().zip(scale.steps.iter().map(ratio)).collect();
        Line { name: name.to_owned(), points, is_bound: true }
    }));
    let ratios = || lines.iter().flat_map(|line| &line.points).map(|(_, ratio)| *ratio);
    let (low, high) = (ratios().fold(1.0, f64::min), ratios().fold(1.0, f64::max));
    let spans_decades = high / low > 5.0;
    Chart {
        title: format!("{}: {}", scale.title, scale.ratio_of),
        note: "medians".to_owned(),
        x: if scale.is_log {
            Axis::decades(scale.axis, &places)
        } else {
            Axis::steps(scale.axis, &names)
        },
        y: if spans_decades {
            Axis::spanning("ratio", low, high)
        } else {
            Axis::between("ratio", 0.0, high)
        },
        lines,
    }
}

fn cell(figure: &Figure, unit: &str) -> String {
    let Figure { ratio, own, is_exact } = figure;
    if !is_known(figure) {
        return format!("machine too busy ({} rounds)", ratio.count);
    }
    let range =
        if *is_exact { String::new() } else { format!(" ({:.2}–{:.2})", ratio.low, ratio.high) };
    let digits = if *own < 10.0 { 2 } else { usize::from(*own < 100.0) };
    format!("{:.2}{range}, {own:.digits$} {unit}", ratio.median)
}

fn table(scale: &Scale) -> String {
    let mut text = format!("| {} |", scale.axis);
    scale.series.iter().for_each(|series| _ = write!(text, " {} |", series.name));
    text += &format!("\n| ---: |{}\n", " ---: |".repeat(scale.series.len()));
    for (index, step) in scale.steps.iter().enumerate() {
        _ = write!(text, "| {} |", grouped(*step as f64));
        for series in &scale.series {
            let figure = series.figures[index].as_ref();
            _ = write!(text, " {} |", figure.map_or(String::new(), |own| cell(own, series.unit)));
        }
        text.push('\n');
    }
    text
}

/// The fewest rounds that a figure of the scale is of.
fn fewest(scale: &Scale) -> usize {
    let figures = scale.series.iter().flat_map(|series| series.figures.iter().flatten());
    figures.filter(|figure| !figure.is_exact).map(|figure| figure.ratio.count).min().unwrap_or(0)
}

/// The part of the page.
#[must_use]
pub fn page(scales: &[Scale], rounds: usize, load: Option<f64>) -> String {
    let mut text = format!(
        "# Growth\n\n\
         What gets slower, or bigger, as there is more of something. A figure is the ratio to the smallest configuration in the \
         same round: the median over up to {rounds} rounds, the lowest and the highest, and the absolute median. Each round runs \
         all configurations once, beginning with another one each time; runs count if each thread had a core to itself, and \
         figures of fewer than {ENOUGH} rounds are not shown. A call is one of a function of a `u64` that returns an `Arc<u64>`, \
         key `user:<id>`. Clocks stand still but where callers come at once, so that no sweep runs beside the calls.\n\n\
         {}\n\nWritten by `cargo xtask bench --only growth`.\n\n",
        machine::conditions(load, &["quick_cache", "tokio"])
    );
    scales.iter().for_each(|scale| text += &section(scale));
    text
}

/// What it says about one of them.
#[must_use]
pub fn section(scale: &Scale) -> String {
    format!(
        "## {}\n\n{}\n\n![{}](plots/{})\n\n{}\nAt least {} rounds counted.\n\n",
        scale.title,
        scale.about,
        scale.ratio_of,
        plot_name(scale),
        table(scale),
        fewest(scale)
    )
}
