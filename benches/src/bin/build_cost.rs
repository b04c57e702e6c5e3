//! What a dependency costs those who build: crates and clean build time of a program that does next to nothing with it.
//!
//! `build_cost [--quick] [--out PATH] [--readme PATH]`: the table goes to PATH, `docs/benchmarks.md` unless said otherwise,
//! as its part `build`.

use ecached_benches::machine;
use ecached_benches::options::Options;
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What is built: its name, its dependencies, its code.
struct Program {
    name: &'static str,
    dependencies: String,
    code: &'static str,
    folder: PathBuf,
    crates: usize,
    /// Of each round.
    seconds: Vec<f64>,
}

const ECACHED: &str = r#"
#[ecached::cached("square:<x>", 3600, tags = ["squares"])]
fn square(x: u64) -> u64 { x * x }
fn main() { println!("{}", square(7)); ecached::invalidate_tags(&["squares"]).unwrap(); }
"#;

const CACHED: &str = r#"
use cached::macros::cached;
#[cached(max_size = 1000, ttl_secs = 3600)]
fn square(x: u64) -> u64 { x * x }
fn main() { println!("{}", square(7)); }
"#;

const MOKA: &str = r#"
fn main() {
    let cache = moka::sync::Cache::builder().max_capacity(1000).build();
    println!("{}", cache.get_with(7_u64, || 49_u64));
}
"#;

fn programs(scratch: &Path) -> Result<Vec<Program>, Box<dyn Error>> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ecached").canonicalize()?;
    let sources = [
        ("ecached", format!("ecached = {{ path = {own:?} }}"), ECACHED),
        ("cached", format!("cached = \"={}\"", machine::version("cached")), CACHED),
        (
            "moka",
            format!(
                "moka = {{ version = \"={}\", features = [\"sync\"] }}",
                machine::version("moka")
            ),
            MOKA,
        ),
    ];
    let program = |(name, dependencies, code)| {
        let folder = scratch.join(name);
        Program { name, dependencies, code, folder, crates: 0, seconds: Vec::new() }
    };
    Ok(sources.map(program).into())
}

impl Program {
    fn write(&self) -> Result<(), Box<dyn Error>> {
        fs::create_dir_all(self.folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"hello\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n{}\n",
            self.dependencies
        );
        fs::write(self.folder.join("Cargo.toml"), manifest)?;
        Ok(fs::write(self.folder.join("src/main.rs"), self.code)?)
    }

    fn cargo(&self, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
        let target = self.folder.join("target");
        let mut command = Command::new("cargo");
        command.args(arguments).current_dir(&self.folder).env("CARGO_TARGET_DIR", target);
        command.env_remove("RUSTFLAGS").stderr(Stdio::piped());
        let output = command.output()?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}: cargo {}: {text}", self.name, arguments.join(" ")).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Crates that are compiled, without the program itself.
    fn count(&mut self) -> Result<(), Box<dyn Error>> {
        let tree = self.cargo(&[
            "tree",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])?;
        let names: BTreeSet<_> = tree.lines().filter_map(|line| line.split(" (").next()).collect();
        self.crates = names.len() - 1;
        Ok(())
    }

    /// Builds from nothing.
    fn build(&mut self) -> Result<(), Box<dyn Error>> {
        fs::remove_dir_all(self.folder.join("target")).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        let start = Instant::now();
        self.cargo(&["build", "--offline"])?;
        self.seconds.push(start.elapsed().as_secs_f64());
        Ok(())
    }

    fn line(&self) -> String {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let median = sorted[sorted.len() / 2];
        let version = machine::version(self.name);
        format!(
            "| {} {version} | {} | {median:.1} s ({low:.1}–{high:.1}) |",
            self.name, self.crates
        )
    }
}

fn page(programs: &[Program], rounds: usize) -> String {
    let mut text = format!(
        "# What it costs to build\n\nA program with one cached function, default features, built from nothing but downloaded \
         sources: median (lowest–highest) of {rounds} rounds, in each of which all are built in turn.\n\n{}, {} cores; {}; {}.\n\n\
         | | crates besides the program | `cargo build` |\n| --- | ---: | ---: |\n",
        machine::processor(),
        machine::cores(),
        machine::compiler(),
        machine::today()
    );
    programs.iter().for_each(|program| _ = writeln!(text, "{}", program.line()));
    text
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse("build_cost")?;
    let rounds = if options.is_quick { 1 } else { 5 };
    let scratch = std::env::temp_dir().join(format!("build-cost-{}", std::process::id()));
    let mut programs = programs(&scratch)?;
    for program in &mut programs {
        program.write()?;
        program.cargo(&["fetch"])?;
        program.count()?;
    }
    for round in 0..rounds {
        eprintln!("round {} of {rounds} …", round + 1);
        programs.rotate_left(round % 3);
        programs.iter_mut().try_for_each(Program::build)?;
        programs.rotate_right(round % 3);
    }
    fs::remove_dir_all(&scratch)?;
    options.write("build", &page(&programs, rounds))
}
