//! The ticket as evento wants it: events that it encodes with bitcode, and a
//! projection that folds them.

use bench_common::TicketEvent as Shared;
use evento::metadata::Event;
use evento::{Executor, Projection, WriteBuilder};

#[evento::aggregate(name = "ticket")]
pub enum Ticket {
    Opened { customer: String, subject: String, priority: u8, channel: String },
    Assigned { agent: String, team: String, note: String },
    MessageAdded { number: u64, author: String, text: String },
    Escalated { level: u8, by: String, reason: String },
    Resolved { agent: String, summary: String, minutes: u64 },
}

/// Adds one of the shared events to a write.
pub fn add(write: &mut WriteBuilder, event: Shared) {
    match event {
        Shared::Opened(bench_common::Opened { customer, subject, priority, channel }) => {
            write.event(&Opened { customer, subject, priority, channel });
        }
        Shared::Assigned(bench_common::Assigned { agent, team, note }) => {
            write.event(&Assigned { agent, team, note });
        }
        Shared::MessageAdded(bench_common::MessageAdded { number, author, text }) => {
            write.event(&MessageAdded { number, author, text });
        }
        Shared::Escalated(bench_common::Escalated { level, by, reason }) => {
            write.event(&Escalated { level, by, reason });
        }
        Shared::Resolved(bench_common::Resolved { agent, summary, minutes }) => {
            write.event(&Resolved { agent, summary, minutes });
        }
    }
}

/// The write model, always replayed from the events.
#[evento::projection(id = id)]
#[evento::snapshot(none)]
pub struct State {
    pub id: String,
    pub ticket: bench_common::Ticket,
}

#[evento::handler]
async fn on_opened(event: Event<Opened>, state: &mut State) -> anyhow::Result<()> {
    state.id = event.aggregate_id.to_owned();
    state.ticket.open = true;
    state.ticket.priority = event.data.priority;
    state.ticket.customer.clone_from(&event.data.customer);
    Ok(())
}

#[evento::handler]
async fn on_assigned(event: Event<Assigned>, state: &mut State) -> anyhow::Result<()> {
    state.ticket.agent.clone_from(&event.data.agent);
    Ok(())
}

#[evento::handler]
async fn on_message(event: Event<MessageAdded>, state: &mut State) -> anyhow::Result<()> {
    let _ = event;
    state.ticket.messages += 1;
    Ok(())
}

#[evento::handler]
async fn on_escalated(event: Event<Escalated>, state: &mut State) -> anyhow::Result<()> {
    state.ticket.level = event.data.level;
    Ok(())
}

#[evento::handler]
async fn on_resolved(event: Event<Resolved>, state: &mut State) -> anyhow::Result<()> {
    let _ = event;
    state.ticket.open = false;
    Ok(())
}

pub fn tickets<E: Executor>() -> Projection<E, State> {
    Projection::new::<Ticket>()
        .handler(on_opened())
        .handler(on_assigned())
        .handler(on_message())
        .handler(on_escalated())
        .handler(on_resolved())
        .strict()
}
