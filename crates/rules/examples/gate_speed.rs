//! How long a decision of access takes: asked anew, and asked before.
//!
//! `cargo run --release --locked -p rules --example gate_speed -- policy`

use std::{path::Path, time::Instant};

use domain::{
    access::{Action, GroundKind, Principal, Question},
    role::Role,
};

const ROUNDS: u32 = 2_000;

fn main() {
    let root = std::env::args().nth(1).unwrap_or_else(|| "policy".to_owned());
    let loaded = rules::load(Path::new(&root));
    let Some(gate) = loaded.gate else {
        eprintln!("policy has faults: see `xinheng policy check`");
        return;
    };
    let questions: Vec<Question> = Role::ALL
        .into_iter()
        .flat_map(|role| Action::ALL.iter().map(move |action| (role, *action)))
        .map(|(role, action)| Question {
            principal: Principal::Role(role),
            action,
            ground: GroundKind::Matter,
            holds: true,
            second_factor: true,
        })
        .collect();
    let each = |what: &str, decide: &dyn Fn(Question) -> bool| {
        let (mut allowed, began) = (0u32, Instant::now());
        for _ in 0..ROUNDS {
            allowed += questions.iter().map(|question| u32::from(decide(*question))).sum::<u32>();
        }
        let decisions = f64::from(ROUNDS) * questions.len() as f64;
        let micros = began.elapsed().as_secs_f64() * 1e6 / decisions;
        println!("{what}: {micros:.3} µs a decision with its obligations ({allowed} permitted)");
    };
    each("put to Cedar each time", &|question| gate.ask(question).is_some());
    each("warm", &|question| gate.decide(question).is_some());
}
