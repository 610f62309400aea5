//! Half a year of a desk, by real commands.
//!
//! A plan for each ticket is drawn from the seed: who opens it, when it is
//! taken, how often both sides write, whether it is put on hold, escalated,
//! resolved, reopened. The steps of all plans are carried out in the order of
//! their times, through the same rules as everything else; a step that the
//! rules refuse (taking a ticket that was taken) is a part of life and counted.

use std::time::Duration;

use retell::{CommitId, Done, ExecuteError, ManualClock, Timestamp};
use retell_cli::Progress;

use super::desk::Desk;
use super::failure::Failure;
use crate::domain::command::{
    Assign, ChangeGroup, ChangePriority, Close, OpenTicket, PostMessage, PutOnHold, Reopen,
    RequestEscalation, Resolve, Resume, Take, View,
};
use crate::domain::{Hold, Priority, Ticket, TicketId, TicketRefusal};

/// How many tickets the desk gets unless it is said otherwise.
pub(super) const TICKETS: u32 = 2_000;
/// One ticket in so many is never answered: open and overdue at the end.
const NEGLECTED: u32 = 50;
/// How long the simulated time is.
const PERIOD: Duration = Duration::from_hours(182 * 24);
const SEED: u64 = 7_717;

const CUSTOMERS: u32 = 400;
const AGENTS: u32 = 30;
const GROUPS: [&str; 6] = ["first line", "network", "accounts", "printing", "databases", "field service"];
const SUBJECTS: [&str; 12] = [
    "Cannot log in after the password change",
    "The printer on the third floor prints blank pages",
    "The monthly report shows no figures",
    "No network in the meeting room",
    "A new colleague needs an account",
    "The mailbox is full",
    "The application stops when an order is saved",
    "The screen flickers",
    "The backup did not run last night",
    "The telephone has no line",
    "The shared folder is read-only",
    "The invoice has the wrong address",
];
const QUESTIONS: [&str; 6] = [
    "It happens again, what should I do?",
    "I tried that, it did not help.",
    "Any news?",
    "My colleagues have the same problem.",
    "It worked for an hour, then it stopped.",
    "Where do I find that setting?",
];
const ANSWERS: [&str; 6] = [
    "Please restart it and tell me what you see.",
    "I have changed the setting, please try again.",
    "We are waiting for a part and will call you.",
    "Which version do you use?",
    "I can see the error, give me an hour.",
    "I have asked the group that looks after it.",
];

/// What the simulation did.
#[derive(Debug, Default)]
pub(super) struct Simulated {
    pub(super) commands: u64,
    pub(super) refused: u64,
    pub(super) events: u64,
}

/// One step of one ticket.
struct Step {
    time: Timestamp,
    ticket: u32,
    /// The place in the ticket's plan: with the ticket, the identity of the step.
    number: u32,
    actor: String,
    action: Action,
}

enum Action {
    Open { customer: String, subject: &'static str, priority: Priority },
    Group(&'static str),
    View,
    Take,
    Assign(String),
    Write(&'static str),
    Priority(Priority),
    Hold(Hold),
    Resume,
    Escalate,
    Resolve,
    Close,
    Reopen,
}

/// Carries the plans out on the desk, up to this moment; a simulation that was
/// interrupted goes on, for the id of each commit is the ticket and the step.
pub(super) async fn run(
    desk: &Desk,
    clock: &ManualClock,
    tickets: u32,
    end: Timestamp,
) -> Result<Simulated, Failure> {
    let mut steps: Vec<Step> = (1..=tickets).flat_map(|ticket| plan(ticket, end)).collect();
    steps.retain(|step| step.time <= end);
    steps.sort_by_key(|step| (step.time, step.ticket, step.number));
    let bar = Progress::on_terminal(steps.len() as u64, "commands of half a year");
    let mut simulated = Simulated::default();
    for step in &steps {
        clock.set(step.time);
        match perform(desk, step).await {
            Ok(done) => simulated.events += done.events.len() as u64,
            Err(ExecuteError::Refused(_)) => simulated.refused += 1,
            Err(error) => return Err(error.into()),
        }
        simulated.commands += 1;
        bar.add(1);
    }
    drop(bar);
    Ok(simulated)
}

async fn perform(desk: &Desk, step: &Step) -> Result<Done<Ticket>, ExecuteError<TicketRefusal>> {
    let id = TicketId::new(&step.ticket.to_string())?;
    let commit = CommitId::named("helpdesk demo", &format!("{SEED}/{}/{}", step.ticket, step.number));
    macro_rules! execute {
        ($command:expr) => {
            desk.tickets.execute(&id, $command).by(step.actor.as_str()).commit_id(commit).await
        };
    }
    match &step.action {
        Action::Open { customer, subject, priority } => {
            let (customer, subject, priority) = (customer.clone(), (*subject).to_owned(), priority.clone());
            execute!(OpenTicket { customer, subject, priority })
        }
        Action::Group(group) => execute!(ChangeGroup { group: (*group).to_owned() }),
        Action::View => execute!(View {}),
        Action::Take => execute!(Take {}),
        Action::Assign(agent) => execute!(Assign { agent: agent.clone() }),
        Action::Write(text) => execute!(PostMessage { text: (*text).to_owned() }),
        Action::Priority(priority) => execute!(ChangePriority { priority: priority.clone() }),
        Action::Hold(on) => execute!(PutOnHold { on: *on }),
        Action::Resume => execute!(Resume {}),
        Action::Escalate => execute!(RequestEscalation { reason: "Nobody answers.".to_owned() }),
        Action::Resolve => execute!(Resolve { summary: "It works again.".to_owned() }),
        Action::Close => execute!(Close {}),
        Action::Reopen => execute!(Reopen { reason: "It happens again.".to_owned() }),
    }
}

/// Whether nobody ever answers this ticket.
pub(super) fn is_neglected(ticket: u32) -> bool {
    ticket.is_multiple_of(NEGLECTED)
}

/// The plan of one ticket. The same seed gives the same plan.
fn plan(ticket: u32, end: Timestamp) -> Vec<Step> {
    let mut chance = fastrand::Rng::with_seed(SEED ^ (u64::from(ticket) << 20));
    let customer = format!("customer/{}", chance.u32(1..=CUSTOMERS));
    let priority = match chance.u32(0..20) {
        0 => Priority::Urgent,
        1..=4 => Priority::High,
        5..=12 => Priority::Medium,
        _ => Priority::Low,
    };
    let neglected = is_neglected(ticket);
    let age = if neglected {
        // Older than the longest response time, so overdue whatever the priority.
        Duration::from_secs(chance.u64(4 * 86_400..25 * 86_400))
    } else {
        Duration::from_secs(chance.u64(60..PERIOD.as_secs()))
    };
    let mut plan = Plan { ticket, now: end - age, steps: Vec::new() };
    let subject = SUBJECTS[chance.usize(..SUBJECTS.len())];
    let response = priority.response_time();
    plan.add(&customer, Action::Open { customer: customer.clone(), subject, priority });
    plan.after(minutes(&mut chance, 1, 30));
    plan.add("agent/dispatcher", Action::Group(GROUPS[chance.usize(..GROUPS.len())]));
    if neglected {
        return plan.steps;
    }
    work(&mut plan, &mut chance, &customer, response);
    plan.steps
}

/// From the first look at a ticket to its end.
fn work(plan: &mut Plan, chance: &mut fastrand::Rng, customer: &str, response: Duration) {
    let mut agent = format!("agent/{}", chance.u32(1..=AGENTS));
    let late = chance.u32(0..12) == 0;
    if late {
        plan.after(response + minutes(chance, 10, 300));
        plan.add(customer, Action::Escalate);
        plan.after(minutes(chance, 5, 40));
    } else {
        plan.after(Duration::from_secs(chance.u64(..response.as_secs() * 7 / 10)));
    }
    plan.add(&agent, Action::View);
    plan.after(minutes(chance, 1, 10));
    plan.add(&agent, Action::Take);
    if chance.u32(0..10) == 0 {
        plan.after(minutes(chance, 1, 60));
        let urgency = if chance.bool() { Priority::High } else { Priority::Low };
        plan.add(&agent, Action::Priority(urgency));
    }
    for _ in 0..chance.u32(1..4) {
        plan.after(minutes(chance, 5, 90));
        plan.add(&agent, Action::Write(ANSWERS[chance.usize(..ANSWERS.len())]));
        plan.after(minutes(chance, 20, 2_000));
        plan.add(customer, Action::Write(QUESTIONS[chance.usize(..QUESTIONS.len())]));
        if chance.u32(0..8) == 0 {
            let on = [Hold::User, Hold::Vendor, Hold::Problem][chance.usize(..3)];
            plan.after(minutes(chance, 1, 60));
            plan.add(&agent, Action::Hold(on));
            plan.after(minutes(chance, 600, 4_000));
            plan.add(&agent, Action::Resume);
        }
        if chance.u32(0..9) == 0 {
            let other = format!("agent/{}", chance.u32(1..=AGENTS));
            plan.after(minutes(chance, 1, 60));
            plan.add(&agent, Action::Assign(other.clone()));
            agent = other;
        }
    }
    plan.after(minutes(chance, 5, 300));
    plan.add(&agent, Action::Resolve);
    if chance.u32(0..20) == 0 {
        plan.after(minutes(chance, 600, 9_000));
        plan.add(customer, Action::Reopen);
        plan.after(minutes(chance, 30, 600));
        plan.add(&agent, Action::Write(ANSWERS[chance.usize(..ANSWERS.len())]));
        plan.after(minutes(chance, 30, 600));
        plan.add(&agent, Action::Resolve);
    }
    plan.after(minutes(chance, 100, 5_000));
    let closer = if chance.u32(0..3) == 0 { customer } else { &agent };
    plan.add(closer, Action::Close);
    // An escalated ticket is closed by its customer or a manager.
    plan.after(minutes(chance, 10, 2_000));
    if late {
        plan.add("manager/1", Action::Close);
    }
}

fn minutes(chance: &mut fastrand::Rng, from: u64, to: u64) -> Duration {
    Duration::from_secs(chance.u64(from * 60..to * 60))
}

struct Plan {
    ticket: u32,
    now: Timestamp,
    steps: Vec<Step>,
}

impl Plan {
    fn after(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    fn add(&mut self, actor: &str, action: Action) {
        let (number, actor) = (self.steps.len() as u32, actor.to_owned());
        self.steps.push(Step { time: self.now, ticket: self.ticket, number, actor, action });
    }
}
