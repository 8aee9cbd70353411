// SPDX-License-Identifier: MIT OR Apache-2.0
//! How fast the engine is: packets, their latency, and bytes, compared with what the CPU does to the same
//! bytes. Only on the stock kernel, as the checkers of the debug kernel have costs of their own.

use dxg_guest_tests::{
    calls::*, execution::*, gpu_va::GPU_PAGE, harness, memory::MIB, sysfs, tests,
};
use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

fn main() -> ExitCode {
    harness::run(
        tests![
            packets_per_second,
            latency_of_a_fence,
            bytes_per_second_of_fill,
            bytes_per_second_of_copy,
        ],
        &[],
    )
}

/// Packets that are submitted in a row: more than a queue has room for.
const PACKETS: u32 = 5_000;
/// Packets whose latency is measured.
const LATENCIES: u64 = 200;
/// Bytes of a command.
const SIZES: [u64; 3] = [64 << 10, MIB, 16 * MIB];
/// Bytes of all commands of a packet: so many that what the packet itself costs hardly counts.
const TOTAL: u64 = 16 * MIB;
/// Of some rounds the fastest one counts, as a busy machine stops the guest now and then: of many packets, and of
/// bytes, which take little time.
const ROUNDS: [usize; 2] = [5, 40];
/// What the engine must reach of the CPU's speed, with commands of [`LARGE`] bytes and more.
const SHARE: f64 = 0.5;
/// See [`SHARE`].
const LARGE: u64 = MIB;

/// Prints a figure of an adapter.
fn say(gpu: &Gpu, figure: &str) {
    println!("# {}: {figure}", sysfs::adapter_name(gpu));
}

/// How long each of some parts takes at best. They take turns, so that what slows the machine down slows
/// down all of them.
fn shortest<const N: usize>(rounds: usize, parts: [&dyn Fn(); N]) -> [Duration; N] {
    let mut shortest = [Duration::MAX; N];
    for _ in 0..rounds {
        for (part, shortest) in parts.iter().zip(&mut shortest) {
            let start = Instant::now();
            part();
            *shortest = start.elapsed().min(*shortest);
        }
    }
    shortest
}

/// Case 498: a packet of no commands executes nothing, and the engine does not see it.
fn packets_per_second() {
    on_each_engine(|engine| {
        let (address, bytes) = engine.commands.put(0, &Commands::new().end());
        let packets = |bytes| {
            for _ in 0..PACKETS {
                let answer = submit(&engine.gpu.dxg, engine.context, address, bytes);
                assert_eq!(answer, SUCCESS, "SubmitCommand");
            }
            engine.finish();
        };
        let times = shortest(ROUNDS[0], [&|| packets(0), &|| packets(bytes)]);
        let [none, end] = times.map(|time| f64::from(PACKETS) / time.as_secs_f64());
        let figure = format!("packets a second: {none:.0} without commands, {end:.0} with an end");
        say(engine.gpu, &figure);
        assert_eq!(engine.state(), ACTIVE);
    });
}

fn latency_of_a_fence() {
    on_each_engine(|engine| {
        let (address, bytes) = engine.commands.put(0, &Commands::new().end());
        let fence = engine.fence();
        let mut times: Vec<_> = (1..=LATENCIES)
            .map(|value| {
                let start = Instant::now();
                let answer = submit(&engine.gpu.dxg, engine.context, address, bytes);
                assert_eq!(answer, SUCCESS, "SubmitCommand");
                engine.signal(engine.context, fence, value);
                engine.wait_for(fence, value);
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        let (median, least) = (times[times.len() / 2], times[0]);
        let figure =
            format!("from submission to the end of a wait: median {median:.1?}, least {least:.1?}");
        say(engine.gpu, &figure);
    });
}

/// An allocation with room for all.
fn room<'a>(engine: &Engine<'a>) -> Memory<'a> {
    Memory::new(engine.gpu, engine.device, &engine.queue, TOTAL / GPU_PAGE)
}

/// Compares the engine with the CPU, which has `names`, for commands of each size. `command` appends one;
/// `by_cpu` does the same to so many bytes.
fn compare(
    engine: &Engine<'_>,
    names: [&str; 2],
    command: impl Fn(Commands, u64) -> Commands,
    by_cpu: impl Fn(usize),
) {
    let mut too_slow = Vec::new();
    for bytes in SIZES {
        let count = TOTAL / bytes;
        let commands = (0..count).fold(Commands::new(), |all, _| command(all, bytes));
        let (address, length) = engine.commands.put(0, &commands);
        let length_on_cpu = usize::try_from(bytes).expect("a small number");
        let times = shortest(
            ROUNDS[1],
            [
                &|| {
                    let answer = submit(&engine.gpu.dxg, engine.context, address, length);
                    assert_eq!(answer, SUCCESS, "SubmitCommand");
                    engine.finish();
                },
                &|| (0..count).for_each(|_| by_cpu(length_on_cpu)),
            ],
        );
        let seconds = times.map(|time| time.as_secs_f64());
        let [rate, rate_of_cpu] = seconds.map(|time| (TOTAL / MIB) as f64 / time);
        let share = rate / rate_of_cpu;
        let [name, name_of_cpu] = names;
        let figure = format!(
            "{name} of {} KiB: {rate:.0} MiB/s, {name_of_cpu}: {rate_of_cpu:.0} MiB/s, share \
             {share:.2}",
            bytes >> 10
        );
        say(engine.gpu, &figure);
        if bytes >= LARGE && share < SHARE {
            too_slow.push(figure);
        }
    }
    assert_eq!(engine.state(), ACTIVE);
    assert!(too_slow.is_empty(), "less than {SHARE}: {too_slow:?}");
}

fn bytes_per_second_of_fill() {
    const FILLED: u8 = 0x5a;
    on_each_engine(|engine| {
        let memory = room(engine);
        let pattern = u32::from_ne_bytes([FILLED; 4]);
        let fill = |all: Commands, bytes| all.fill(memory.address, bytes, pattern);
        // What is measured is what is asked for; and all pages are there then.
        engine.run(&fill(Commands::new(), TOTAL));
        assert!(memory.all().iter().all(|&byte| byte == FILLED));
        compare(engine, ["FILL", "memset"], fill, |bytes| {
            black_box(&mut memory.all()[..bytes]).fill(FILLED);
        });
    });
}

fn bytes_per_second_of_copy() {
    on_each_engine(|engine| {
        let [to, from] = [room(engine), room(engine)];
        for (i, byte) in from.all().iter_mut().enumerate() {
            *byte = (i % 251) as u8;
        }
        let copy = |all: Commands, bytes| all.copy(to.address, from.address, bytes);
        // As above.
        engine.run(&copy(Commands::new(), TOTAL));
        assert!(to.all() == from.all(), "other bytes");
        compare(engine, ["COPY", "memcpy"], copy, |bytes| {
            black_box(&mut to.all()[..bytes]).copy_from_slice(&from.all()[..bytes]);
        });
    });
}
