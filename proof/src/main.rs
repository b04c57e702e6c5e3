//! Walks the worlds and prints what was found.
#![expect(clippy::print_stdout, reason = "a command-line tool talks on its standard streams")]

use proof::explore::{Limits, explore};
use proof::model::{Kind, Model, Setup};

fn main() {
    for kind in [Kind::OneServer, Kind::Cluster, Kind::Basic, Kind::LooseBasic] {
        for setup in [
            Setup::new("2 readers of one process, tag", kind).reader(0).reader(0).tag(),
            Setup::new("2 readers of two, tag", kind).reader(0).reader(1).tag(),
            Setup::new("2+1 readers, tag", kind).reader(0).reader(0).reader(1).tag(),
        ] {
            let found = explore::<Model>(&setup, Limits::default());
            println!("{kind:?} {} {found:?}", setup.name);
        }
    }
}
