//! Copies the core and the memory backend, with loom's types in place of those that threads meet at.
//!
//! Only what `edits.rs` lists is changed, and each edit must find its text exactly once: when the source changes under it,
//! this build fails instead of exploring something else.

mod edits;
mod mutants;

use edits::{EDITS, UNTOUCHED};
use mutants::MUTANTS;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates: the folder, and the module that the copy becomes.
const CRATES: [(&str, &str); 2] =
    [("ecached-core", "ecached_core"), ("ecached-memory", "ecached_memory")];

fn main() {
    let here =
        PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("invariant: set by cargo"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("invariant: set by cargo"));
    let mut root = String::new();
    let mut mutants: Vec<_> = MUTANTS.iter().map(|mutant| (mutant.name, mutant.world)).collect();
    mutants.dedup();
    for (folder, module) in CRATES {
        let from = here.join("../../crates").join(folder).join("src");
        println!("cargo::rerun-if-changed={}", from.display());
        let to = out.join(module);
        // What was deleted in the source must not live on.
        let _absent = fs::remove_dir_all(&to);
        copy(&from, &to, folder, module);
        root += &module_at(&to.join("mod.rs"), module);
    }
    let map = here.join("../../crates/ecached-testing/src/map.rs");
    println!("cargo::rerun-if-changed={}", map.display());
    let text =
        fs::read_to_string(&map).unwrap_or_else(|error| panic!("{}: {error}", map.display()));
    let path = out.join("map.rs");
    write(&path, &moved(&edited("ecached-testing/map.rs", text), "ecached_testing"));
    root += &module_at(&path, "map");
    root += "/// The bugs that can be put into the copies, and the world that must show each.\n";
    root += &format!("const MUTANTS: &[(&str, &str)] = &{mutants:?};\n");
    write(&out.join("explored.rs"), &root);
    // Those of the core. None is switched on here.
    println!(
        "cargo::rustc-check-cfg=cfg(feature, values(\"json\", \"postcard\", \"lz4\", \"hmac\", \"fuzzing\", \"proof\"))"
    );
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=edits.rs");
    println!("cargo::rerun-if-changed=mutants.rs");
}

/// The declaration of a copy.
fn module_at(path: &Path, module: &str) -> String {
    let lints = "#[allow(warnings, clippy::all, reason = \"it is linted where it comes from\")]";
    format!("#[path = {path:?}]\n{lints}\nmod {module};\n")
}

fn copy(from: &Path, to: &Path, folder: &str, module: &str) {
    fs::create_dir_all(to).unwrap_or_else(|error| panic!("{}: {error}", to.display()));
    let files = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for file in files {
        let path = file.unwrap_or_else(|error| panic!("{}: {error}", from.display())).path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            copy(&path, &to.join(&name), &format!("{folder}/{name}"), module);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let place = format!("{folder}/{name}");
        let text = moved(&edited(&place, text), module);
        let name = if place == format!("{}/lib.rs", module.replace('_', "-")) {
            "mod.rs".to_owned()
        } else {
            name
        };
        write(&to.join(name), &text);
    }
}

/// The file with its edits and mutants.
fn edited(place: &str, mut text: String) -> String {
    let edits = EDITS.iter().filter(|edit| edit.0 == place).map(|edit| (edit.1, edit.2.to_owned()));
    for (from, to) in edits.collect::<Vec<_>>() {
        text = replaced(place, &text, from, &to);
    }
    for mutant in MUTANTS.iter().filter(|mutant| mutant.file == place) {
        // The original stays, in the other branch.
        let (name, from) = (mutant.name, mutant.from);
        let is = format!("crate::mutant({name:?})");
        let to = mutant.to.replace("MUTANT", &is).replace("ORIGINAL", from);
        text = replaced(place, &text, from, &to);
    }
    let is_explored = EDITS.iter().any(|edit| edit.0 == place);
    if is_explored {
        for name in UNTOUCHED {
            assert!(!text.contains(name), "{place} uses {name}, which loom does not see");
        }
    }
    text
}

fn replaced(place: &str, text: &str, from: &str, to: &str) -> String {
    let found = text.matches(from).count();
    assert_eq!(found, 1, "{place}: this must be there exactly once:\n{from}\n");
    text.replacen(from, to, 1)
}

/// The same as a module instead of a crate.
fn moved(text: &str, module: &str) -> String {
    let text = text
        .replace("crate::", &format!("crate::{module}::"))
        // Exported macros are at the root; so are our own types.
        .replace(&format!("crate::{module}::__"), "crate::__")
        .replace(&format!("crate::{module}::mutant("), "crate::mutant(")
        .replace(&format!("crate::{module}::stand_in::"), "crate::stand_in::")
        // Tests are run where they come from.
        .replace("#[cfg(test)]\nmod ", "#[cfg(any())]\nmod ");
    if module == "ecached_core" {
        text
    } else {
        text.replace("ecached_core::", "crate::ecached_core::")
            .replace("use ecached_core;", "use crate::ecached_core;")
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
