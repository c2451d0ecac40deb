//! Whose turn it is: a line of jobs for each account, and a ring of the accounts that have something to start.
//!
//! A line joins the ring at its end when it gets its first job, is served from the front as often as its weight
//! says, and goes to the end again. So a line that joins waits for one turn of each line before it, and no more,
//! however long those lines are. Serving takes the time of one look-up in the line.

use std::collections::VecDeque;
use std::num::NonZeroU16;

use crate::Priority;

/// A job's place in its line: by priority, then by age. The slot says where the job is kept.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Turn {
    pub(crate) priority: Priority,
    pub(crate) place: u64,
    pub(crate) slot: u32,
}

/// The lines, by number, and the ring of those that are not empty.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    states: Vec<Line>,
    /// The jobs of each line, apart from what is looked at at every turn.
    jobs: Vec<Jobs>,
    ring: VecDeque<u32>,
}

#[derive(Debug)]
struct Line {
    weight: NonZeroU16,
    /// How many more items it may start before the next line has its turn.
    credit: u16,
    /// The priorities of which it has jobs, the highest as the lowest bit.
    priorities: u8,
    /// Whether the ring holds it; a line that has run empty stays in the ring until it comes to the front.
    in_ring: bool,
}

const N_PRIORITIES: usize = (Priority::LOWEST.get() - Priority::HIGHEST.get() + 1) as usize;

/// The jobs of one line by priority, as place and slot in order of the places.
///
/// A new job goes to the end. One that comes back after a start has few before it, as those were started earlier.
/// So a sorted queue takes each in near an end, where that costs little.
#[derive(Debug, Default)]
struct Jobs([VecDeque<(u64, u32)>; N_PRIORITIES]);

impl Turn {
    fn class(&self) -> usize {
        usize::from(self.priority.get() - Priority::HIGHEST.get())
    }
}

impl Lines {
    /// Makes sure that there is a line with this number, and gives it this weight from its next turn on.
    pub(crate) fn open(&mut self, line: u32, weight: NonZeroU16) {
        while self.states.len() <= line as usize {
            self.states.push(Line {
                weight,
                credit: 0,
                priorities: 0,
                in_ring: false,
            });
            self.jobs.push(Jobs::default());
        }
        self.states[line as usize].weight = weight;
    }

    /// Puts a job into its line; nothing changes if it is there.
    pub(crate) fn add(&mut self, line: u32, turn: Turn) {
        let (class, job) = (turn.class(), (turn.place, turn.slot));
        let jobs = &mut self.jobs[line as usize].0[class];
        match jobs.back() {
            Some(last) if *last >= job => {
                if let Err(at) = jobs.binary_search(&job) {
                    jobs.insert(at, job);
                }
            }
            _ => jobs.push_back(job),
        }
        let this = &mut self.states[line as usize];
        this.priorities |= 1 << class;
        if !this.in_ring {
            this.in_ring = true;
            this.credit = this.weight.get();
            self.ring.push_back(line);
        }
    }

    /// Takes a job out of its line; nothing changes if it is not there.
    pub(crate) fn remove(&mut self, line: u32, turn: Turn) {
        let (class, job) = (turn.class(), (turn.place, turn.slot));
        let jobs = &mut self.jobs[line as usize].0[class];
        if jobs.front() == Some(&job) {
            jobs.pop_front();
        } else if let Ok(at) = jobs.binary_search(&job) {
            jobs.remove(at);
        }
        if jobs.is_empty() {
            self.states[line as usize].priorities &= !(1 << class);
        }
    }

    /// The line and the job that are served next.
    pub(crate) fn front(&mut self) -> Option<(u32, Turn)> {
        while let Some(&front) = self.ring.front() {
            let line = &mut self.states[front as usize];
            if line.priorities != 0 {
                let class = line.priorities.trailing_zeros() as u8;
                let (place, slot) = *self.jobs[front as usize].0[usize::from(class)].front()?;
                let priority = Priority::HIGHEST.lower_by(class);
                return Some((
                    front,
                    Turn {
                        priority,
                        place,
                        slot,
                    },
                ));
            }
            line.in_ring = false;
            self.ring.pop_front();
        }
        None
    }

    /// Notes that the line at the front has started an item.
    pub(crate) fn served(&mut self) {
        let Some(&front) = self.ring.front() else {
            return;
        };
        let line = &mut self.states[front as usize];
        line.credit = line.credit.saturating_sub(1);
        if line.priorities == 0 {
            line.in_ring = false;
            self.ring.pop_front();
        } else if line.credit == 0 {
            line.credit = line.weight.get();
            self.ring.pop_front();
            self.ring.push_back(front);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn turn(place: u64) -> Turn {
        Turn {
            priority: Priority::default(),
            place,
            slot: place as u32,
        }
    }

    fn lines(weights: &[u16]) -> Lines {
        let mut lines = Lines::default();
        for (line, weight) in weights.iter().enumerate() {
            lines.open(line as u32, NonZeroU16::new(*weight).unwrap());
        }
        lines
    }

    /// Serves `n` items, each of a job of its own.
    fn serve(lines: &mut Lines, n: usize) -> Vec<u32> {
        let mut served = Vec::new();
        for _ in 0..n {
            let Some((line, turn)) = lines.front() else {
                break;
            };
            lines.remove(line, turn);
            lines.served();
            served.push(line);
        }
        served
    }

    #[test]
    fn each_line_is_served_as_often_as_its_weight_says() {
        let mut lines = lines(&[1, 3, 2]);
        for place in 0..6 {
            for line in 0..3 {
                lines.add(line, turn(place));
            }
        }
        assert_eq!(serve(&mut lines, 12), [0, 1, 1, 1, 2, 2, 0, 1, 1, 1, 2, 2]);
        assert_eq!(
            serve(&mut lines, 100),
            [0, 2, 2, 0, 0, 0],
            "those that are left"
        );
    }

    #[test]
    fn a_line_that_joins_waits_for_one_turn_of_the_others() {
        let mut lines = lines(&[1, 1, 1]);
        for place in 0..100 {
            lines.add(0, turn(place));
            lines.add(1, turn(place));
        }
        assert_eq!(serve(&mut lines, 3), [0, 1, 0]);
        lines.add(2, turn(0));
        assert_eq!(serve(&mut lines, 4), [1, 0, 2, 1]);
    }

    /// The same by hand: a list of lines with what they hold, the first one served until its credit is used up.
    #[derive(Default)]
    struct Model(Vec<(u32, Vec<Turn>, u16)>);

    impl Model {
        fn add(&mut self, line: u32, turn: Turn, weights: &[u16]) {
            let known = self.0.iter_mut().find(|(of, _, _)| *of == line);
            match known {
                Some((_, jobs, _)) if jobs.contains(&turn) => {}
                Some((_, jobs, _)) => jobs.push(turn),
                None => self.0.push((line, vec![turn], weights[line as usize])),
            }
        }

        fn serve(&mut self) -> Option<(u32, Turn)> {
            // Lines that have run empty give up their place when they come to the front.
            while self.0.first().is_some_and(|(_, jobs, _)| jobs.is_empty()) {
                self.0.remove(0);
            }
            let (line, jobs, _) = self.0.first()?;
            Some((*line, *jobs.iter().min()?))
        }

        fn served(&mut self, weights: &[u16]) {
            let (line, jobs, mut credit) = self.0.remove(0);
            credit -= 1;
            if jobs.is_empty() {
            } else if credit == 0 {
                self.0.push((line, jobs, weights[line as usize]));
            } else {
                self.0.insert(0, (line, jobs, credit));
            }
        }
    }

    proptest! {
        #[test]
        fn the_ring_is_what_is_done_by_hand(
            weights in prop::collection::vec(1..4_u16, 1..5),
            commands in prop::collection::vec((0..6_u8, 0..5_u32, 0..6_u64, 1..3_u8), 0..80),
        ) {
            let (mut lines, mut model) = (lines(&weights), Model::default());
            for (command, line, place, priority) in commands {
                let line = line % weights.len() as u32;
                let turn = Turn { priority: Priority::try_from(priority).unwrap(), ..turn(place) };
                match command {
                    0..=2 => {
                        lines.add(line, turn);
                        model.add(line, turn, &weights);
                    }
                    3 => {
                        lines.remove(line, turn);
                        let known = model.0.iter_mut().find(|(of, _, _)| *of == line);
                        if let Some((_, jobs, _)) = known {
                            jobs.retain(|job| *job != turn);
                        }
                    }
                    _ => {
                        let front = lines.front();
                        prop_assert_eq!(front, model.serve());
                        let Some((line, turn)) = front else { continue };
                        // Some jobs have more to start, some do not.
                        if place % 2 == 0 {
                            lines.remove(line, turn);
                            model.0[0].1.retain(|job| *job != turn);
                        }
                        lines.served();
                        model.served(&weights);
                    }
                }
            }
        }
    }

    #[test]
    fn within_a_line_priority_goes_before_age() {
        let mut lines = lines(&[1]);
        let urgent = Turn {
            priority: Priority::HIGHEST,
            ..turn(9)
        };
        for job in [turn(3), urgent, turn(1)] {
            lines.add(0, job);
        }
        let mut order = Vec::new();
        while let Some((line, turn)) = lines.front() {
            order.push(turn.place);
            lines.remove(line, turn);
        }
        assert_eq!(order, [9, 1, 3]);
    }
}
