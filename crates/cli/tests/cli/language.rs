//! `tagout check` and `tagout explain`.

use super::{prints, refuses};

#[test]
fn checks_a_schedule() {
    prints(
        &["check", "cron(0 2 ? * THU#3 *)"],
        "cron(0 2 ? * THU#3 *)  at 02:00 on the third Thursday of every month\n",
    );
    prints(
        &["check", "0 0 6 1 1/1 ? *"],
        "cron(0 6 1 * ? *)  at 06:00 on the 1st of every month\n",
    );
    prints(
        &["check", "cron(0 6 30 2 ? *)"],
        "cron(0 6 30 FEB ? *)  at 06:00 on the 30th of February, which never comes\nIt never fires.\n",
    );
}

#[test]
fn points_at_what_is_wrong() {
    refuses(
        &["check", "cron(0 2 * * MON *)"],
        "\
error: this is no schedule

  cron(0 2 * * MON *)
           ^^^^^^^
  `* * MON` at column 10 sets both day-of-month and day-of-week, expected `?` in one of them
  hint: write `?` in day-of-month
",
    );
    refuses(
        &["check", "rate(2 weeks)", "--dialect=service"],
        "\
error: this is no schedule

  rate(2 weeks)
         ^^^^^
  `weeks` at column 8 is no unit of a rate, expected minutes, hours or days
  hint: write `rate(14 days)`

  the service says: Schedule expressions must have the following syntax: rate(<number>\\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).
",
    );
}

#[test]
fn checks_what_goes_with_a_schedule() {
    refuses(
        &[
            "check",
            "cron(0 2 ? * THU *)",
            "--offset=2",
            "--dialect=service",
        ],
        "error: the service refuses this: An offset can't be added to the specified schedule.\n",
    );
    prints(
        &["check", "cron(0 2 ? * THU *)", "--offset=2"],
        "cron(0 2 ? * THU *)  at 02:00 every Thursday, two days later\n",
    );
    refuses(
        &[
            "check",
            "cron(0 2 ? * THU *)",
            "--duration=1",
            "--cutoff=2",
            "--dialect=service",
        ],
        "error: the service refuses this: Cutoff was 2 but must be smaller than 0 (Duration  - 1 )\n",
    );
    refuses(
        &["check", "cron(0 2 ? * THU *)", "--zone=berlin"],
        "error: unknown time zone `berlin`, did you mean `Europe/Berlin`?\n",
    );
}

#[test]
fn explains_in_plain_english() {
    prints(
        &[
            "explain",
            "cron(30 23 ? * TUE#3 *)",
            "--offset=2",
            "--zone=America/Los_Angeles",
        ],
        "at 23:30 on the third Tuesday of every month, two days later, Los Angeles time\n",
    );
    prints(
        &["explain", "0 6 LW * ? *"],
        "at 06:00 on the last weekday of every month\n",
    );
    prints(
        &[
            "explain",
            "rate(5 hours)",
            "--duration=4",
            "--cutoff=1",
            "--json",
        ],
        "{\n  \"schedule\": \"rate(5 hours)\",\n  \
         \"explanation\": \"every 5 hours, for four hours, with no new work in the last hour\",\n  \
         \"never_fires\": false\n}\n",
    );
    refuses(
        &["explain", ""],
        "error: this is no schedule\n\n  \n  ^\n  the schedule is empty, expected `cron(...)`, `rate(...)` or `at(...)`\n",
    );
}
