//! What the bins that write a part of the page are told: `[--quick] [--out PATH] [--readme PATH] [--trace PATH]`.
//!
//! All take the same, so that `cargo xtask bench` can tell it to each of them.

use crate::page;
use crate::plot::Chart;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// See the module.
#[derive(Clone, Debug)]
pub struct Options {
    /// Fewer rounds, to see that it works.
    pub is_quick: bool,
    /// Where the page is.
    pub out: PathBuf,
    readme: PathBuf,
    /// Whether a README without markers is an error.
    is_readme_wanted: bool,
    /// Peers that do not build, and why: `--broken NAME=REASON`.
    pub broken: Vec<(String, String)>,
    /// Files with accesses of real programs.
    pub traces: Vec<PathBuf>,
}

impl Options {
    /// Those of this process.
    ///
    /// # Errors
    ///
    /// When there are others.
    pub fn parse(bin: &str) -> Result<Self, lexopt::Error> {
        use lexopt::Arg::Long;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut options = Self {
            is_quick: false,
            out: root.join("docs/benchmarks.md"),
            readme: root.join("README.md"),
            is_readme_wanted: false,
            broken: Vec::new(),
            traces: Vec::new(),
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("quick") => options.is_quick = true,
                Long("out") => options.out = arguments.value()?.into(),
                Long("readme") => {
                    options.readme = arguments.value()?.into();
                    options.is_readme_wanted = true;
                }
                Long("trace") => options.traces.push(arguments.value()?.into()),
                Long("broken") => {
                    let text = arguments.value()?.to_string_lossy().into_owned();
                    let (name, reason) = text.split_once('=').unwrap_or((&text, "unknown"));
                    options.broken.push((name.to_owned(), reason.to_owned()));
                }
                other => {
                    let usage =
                        format!("{bin} [--quick] [--out PATH] [--readme PATH] [--trace PATH]");
                    return Err(format!("{}; usage: {usage}", other.unexpected()).into());
                }
            }
        }
        Ok(options)
    }

    /// Writes a part of the page, and prints it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, part: &str, text: &str) -> Result<(), Box<dyn Error>> {
        println!("{text}");
        Ok(page::write(&self.out, part, text)?)
    }

    /// Writes a chart into the folder `plots` beside the page.
    ///
    /// # Errors
    ///
    /// When it cannot be drawn, or the file cannot be written.
    pub fn write_plot(&self, name: &str, chart: &Chart) -> Result<(), Box<dyn Error>> {
        let folder = self.out.parent().unwrap_or(Path::new("")).join("plots");
        fs::create_dir_all(&folder)?;
        Ok(fs::write(folder.join(name), chart.svg()?)?)
    }

    /// Writes a part of the README, if it has the markers of that name.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or was named and has no markers.
    pub fn write_readme(&self, name: &str, text: &str) -> Result<(), Box<dyn Error>> {
        let is_there = page::write_if_marked(&self.readme, name, text)?;
        // The other parts may stand in the README, or not.
        if self.is_readme_wanted && name == "bench" && !is_there {
            let readme = self.readme.display();
            return Err(
                format!("{readme} has no <!-- {name}:begin --> and <!-- {name}:end -->").into()
            );
        }
        Ok(())
    }
}
