// SPDX-License-Identifier: MIT OR Apache-2.0
//! `dxg demo` and `dxg show`, as a user of the machine meets them.

use dxg_guest_tests::{
    card::{Card, Unplugged},
    state::soon,
};
use dxg_present::Display;
use std::{os::unix::process::CommandExt, process::Command};

/// What a program said, and whether it succeeded.
struct Said {
    success: bool,
    output: Vec<String>,
    errors: String,
}

fn run(arguments: &[&str], user: bool) -> Said {
    let mut command = Command::new("dxg");
    command.args(arguments);
    if user {
        command.uid(1000).gid(1000);
    }
    let said = command.output().expect("dxg is in PATH");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Said {
        success: said.status.success(),
        output: text(said.stdout).lines().map(str::to_owned).collect(),
        errors: text(said.stderr),
    }
}

impl Said {
    /// The lines that end the demo, from the picture on.
    fn picture(&self) -> Vec<&str> {
        let lines = self.output.iter().map(String::as_str);
        lines
            .skip_while(|line| *line != "picture")
            .skip(1)
            .collect()
    }
}

const SHOWN: [&str; 2] = [
    "  ok       first frame: drawn by the user-mode driver, shown by a mode set",
    "  ok       next frames: 6 flips between 2 buffers",
];

fn name(card: &Card) -> String {
    format!("{} ({})", card.driver, card.name())
}

fn first() -> Card {
    Card::all().remove(0)
}

pub fn the_demo_shows_a_picture() {
    let said = run(&["demo"], false);
    assert!(said.success, "{:#?}", said.output);
    let picture = said.picture();
    let display = format!("  ok       display of {}: ", name(&first()));
    assert!(picture[0].starts_with(&display), "{picture:#?}");
    assert_eq!(picture[1..3], SHOWN);
    assert_eq!(picture[3..], ["demo: 55 steps ok, 0 failed"]);
}

pub fn the_demo_runs_a_command_while_it_is_shown() {
    // It sees that the display is taken.
    let node = first().node;
    let sentence = format!("{} {TAKEN}", node.display());
    let command = format!("dxg show --seconds 0 2>&1 | grep -q '{sentence}'");
    let said = run(&["demo", "--while-shown", &command], false);
    assert!(said.success, "{:#?}", said.output);
    let line = format!("  ok       while it is shown: {command}");
    assert_eq!(said.picture()[3..], [&line, "demo: 56 steps ok, 0 failed"]);
    let said = run(&["demo", "--while-shown", "exit 3"], false);
    assert!(!said.success);
    let line = "  FAILED   while it is shown: exit 3: exit status: 3";
    assert_eq!(said.picture()[3..], [line, "demo: 55 steps ok, 1 failed"]);
}

const TAKEN: &str = "belongs to another program: one only can be DRM master";

fn left_out(card: &Card, why: &str) -> String {
    format!("  skipped  display of {}: {why}", name(card))
}

fn taken(card: &Card) -> String {
    left_out(card, &format!("{} {TAKEN}", card.node.display()))
}

pub fn the_demo_without_a_master() {
    let cards = Card::all();
    let display = Display::open(&cards[0].node).expect("a display");
    let said = run(&["demo"], false);
    drop(display);
    assert!(said.success, "{:#?}", said.output);
    let picture = said.picture();
    assert_eq!(picture[0], taken(&cards[0]));
    let next = format!("  ok       display of {}: ", name(&cards[1]));
    assert!(picture[1].starts_with(&next), "{picture:#?}");
    assert_eq!(picture[2..4], SHOWN);
    assert_eq!(picture[4..], ["demo: 55 steps ok, 0 failed, 1 skipped"]);
}

/// One sentence for each, and the demo goes on and succeeds.
fn goes_without(said: &Said, sentences: &[String]) {
    assert!(said.success, "{:#?}", said.output);
    let (last, picture) = said.output.split_last().expect("output");
    let skipped = picture.iter().filter(|line| line.starts_with("  skipped"));
    let sum = format!(" steps ok, 0 failed, {} skipped", skipped.count());
    assert!(last.starts_with("demo: ") && last.ends_with(&sum), "{last}");
    let picture = said.picture();
    assert_eq!(picture[..picture.len() - 1], *sentences);
}

pub fn the_demo_without_any_display() {
    let cards = Card::all();
    let displays = cards.iter().map(|card| Display::open(&card.node));
    let displays: Vec<_> = displays
        .map(|display| display.expect("a display"))
        .collect();
    let said = run(&["demo", "--while-shown", "exit 3"], false);
    drop(displays);
    let sentences: Vec<_> = cards.iter().map(taken).collect();
    goes_without(&said, &sentences);
}

pub fn the_demo_without_a_monitor() {
    let cards = Card::all();
    let unplugged: Vec<_> = cards.iter().map(Unplugged::of).collect();
    let said = run(&["demo"], false);
    drop(unplugged);
    let sentence = |card: &Card| {
        let node = card.node.display();
        left_out(card, &format!("no connector of {node} has a monitor"))
    };
    let sentences: Vec<_> = cards.iter().map(sentence).collect();
    goes_without(&said, &sentences);
    // The others of this suite want them back.
    for card in &cards {
        assert!(soon(|| Display::open(&card.node)).is_ok());
    }
}

pub fn the_demo_of_a_user() {
    let said = run(&["demo"], true);
    let sentence = |card: &Card| {
        let why =
            "may not be opened by this user: run as root, or join the group that it belongs to";
        left_out(card, &format!("{} {why}", card.node.display()))
    };
    let sentences: Vec<_> = Card::all().iter().map(sentence).collect();
    goes_without(&said, &sentences);
}

pub fn a_picture_that_moves() {
    let said = run(&["show", "--seconds", "1"], false);
    assert!(said.success, "{}", said.errors);
    let [line] = &said.output[..] else {
        panic!("{:#?}", said.output);
    };
    let begin = format!("{}: ", name(&first()));
    let frames = line
        .strip_prefix(&begin)
        .and_then(|rest| rest.split_once(" frames in "));
    let frames: u32 = frames.expect(line).0.parse().expect("a number");
    assert!(frames >= 2, "{line}");
}

pub fn nothing_to_show_it_on() {
    let cards = Card::all();
    let displays = cards.iter().map(|card| Display::open(&card.node));
    let displays: Vec<_> = displays
        .map(|display| display.expect("a display"))
        .collect();
    let said = run(&["show"], false);
    drop(displays);
    assert!(!said.success);
    let lines = cards
        .iter()
        .map(|card| format!("dxg: {}: {} {TAKEN}\n", name(card), card.node.display()));
    let last = "dxg: there is no display to show a picture on\n".to_owned();
    assert_eq!(said.errors, lines.chain([last]).collect::<String>());
}
