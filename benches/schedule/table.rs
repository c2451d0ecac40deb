//! Results as Markdown.

use crate::measure::{Contestant, by_turns};

/// A table with one row for each question and one column for each crate.
pub(crate) struct Table {
    title: &'static str,
    crates: Vec<&'static str>,
    rows: Vec<(String, Vec<f64>)>,
}

impl Table {
    /// An empty table of nanoseconds; the first of `crates` is the one that the others are set against.
    pub(crate) fn new(title: &'static str, crates: &[&'static str]) -> Self {
        Self {
            title,
            crates: crates.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Measures one row.
    pub(crate) fn measure(
        &mut self,
        name: &str,
        n_questions: usize,
        mut contestants: Vec<Contestant<'_>>,
    ) {
        let best = by_turns(name, n_questions, &mut contestants);
        let mut cells = vec![f64::NAN; self.crates.len()];
        for (contestant, best) in contestants.iter().zip(best) {
            if let Some(column) = self.crates.iter().position(|name| *name == contestant.name) {
                cells[column] = best;
            }
        }
        self.rows.push((name.to_owned(), cells));
    }

    /// Prints the table, with a last column that says how many times as long as `ours` the fastest of `peers` takes.
    pub(crate) fn print(&self, ours: &str, peers: &[&str]) {
        let last = match peers {
            [peer] => peer,
            _ => "fastest peer",
        };
        println!("\n### {}\n", self.title);
        println!("| ns | {} | {last} takes |", self.crates.join(" | "));
        println!("|---|{}", "---:|".repeat(self.crates.len() + 1));
        let mut ratios = Vec::new();
        for (name, cells) in &self.rows {
            print!("| {name} ");
            for cell in cells {
                if cell.is_nan() {
                    print!("| - ");
                } else if *cell < 100.0 {
                    print!("| {cell:.1} ");
                } else {
                    print!("| {cell:.0} ");
                }
            }
            let of = |wanted: &[&str]| {
                let cells = self
                    .crates
                    .iter()
                    .zip(cells)
                    .filter(|(name, _)| wanted.contains(name));
                cells.fold(f64::INFINITY, |least, (_, cell)| least.min(*cell))
            };
            let ratio = of(peers) / of(&[ours]);
            if ratio.is_finite() {
                ratios.push(ratio);
                println!("| {ratio:.2} x |");
            } else {
                println!("| - |");
            }
        }
        ratios.sort_by(f64::total_cmp);
        if let (Some(least), Some(median)) = (ratios.first(), ratios.get(ratios.len() / 2)) {
            println!("\nLeast {least:.2} x, median {median:.2} x.");
        }
    }
}
