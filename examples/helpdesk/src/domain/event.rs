//! What can happen to a ticket.
//!
//! Events are facts: nothing here decides whether one may happen. What a rule
//! about time depends on carries its own time, `at`, because a state is folded
//! from the events alone.

use retell::{Event, Timestamp};
use serde::{Deserialize, Serialize};

use super::priority::Priority;
use super::status::Hold;

/// What can happen to a ticket.
///
/// The first part is the life of a ticket at the desk; every rule in
/// [`rules`](super::rules) decides such events. The second part records what
/// only imported logs tell; [`import`](crate::import) says when each is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Event)]
pub enum TicketEvent {
    // ----------------------------------------------------- the life of a ticket
    /// A customer asked for help. The response clock starts.
    #[event("opened")]
    Opened {
        /// Whose ticket it is; nothing when a log does not tell.
        #[tag]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        customer: Option<String>,
        /// What it is about; nothing when a log does not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
        /// How urgent it is.
        priority: Priority,
        /// How it reached the desk, for example by phone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<String>,
        /// Who wrote it down: the customer, or an agent on the phone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened_by: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// The customer wrote. The response clock starts if it stood still.
    #[event("customer-wrote")]
    CustomerWrote {
        /// The message.
        text: String,
        /// When.
        at: Timestamp,
    },
    /// The desk answered. The response clock stops.
    #[event("agent-answered")]
    AgentAnswered {
        /// Who answered.
        agent: String,
        /// The message.
        text: String,
        /// When.
        at: Timestamp,
    },
    /// Somebody of the desk looked at the ticket.
    #[event("viewed")]
    Viewed {
        /// Who looked.
        agent: String,
        /// When.
        at: Timestamp,
    },
    /// An agent took a ticket that nobody had.
    #[event("taken")]
    Taken {
        /// Who took it.
        #[tag]
        agent: String,
        /// When.
        at: Timestamp,
    },
    /// A ticket that nobody had was given to an agent.
    #[event("agent-assigned")]
    AgentAssigned {
        /// Who has it now.
        #[tag]
        agent: String,
        /// When.
        at: Timestamp,
    },
    /// A ticket went from one agent to another.
    #[event("agent-reassigned")]
    AgentReassigned {
        /// Who had it.
        from: String,
        /// Who has it now.
        #[tag("agent")]
        to: String,
        /// Whether this counts as a reassignment. The desk counts every one; an
        /// imported log has its own counter, which is followed.
        counted: bool,
        /// When.
        at: Timestamp,
    },
    /// A ticket was taken from its agent, and nobody has it now.
    #[event("agent-removed")]
    AgentRemoved {
        /// Who had it.
        agent: String,
    },
    /// A ticket that no group had was given to a group.
    #[event("group-assigned")]
    GroupAssigned {
        /// The group that has it now.
        #[tag]
        group: String,
        /// Whether this counts as a reassignment. The desk does not count the
        /// first group; an imported log has its own counter, which is followed.
        counted: bool,
    },
    /// A ticket went from one group to another.
    #[event("group-changed")]
    GroupChanged {
        /// The group that had it.
        from: String,
        /// The group that has it now.
        #[tag("group")]
        to: String,
        /// Whether this counts as a reassignment. The desk counts every one; an
        /// imported log has its own counter, which is followed.
        counted: bool,
    },
    /// A ticket was taken from its group, and no group has it now.
    #[event("group-cleared")]
    GroupCleared {
        /// The group that had it.
        group: String,
        /// Whether this counts as a reassignment. The desk does not count it;
        /// an imported log has its own counter, which is followed.
        counted: bool,
    },
    /// The priority changed, and the response time with it.
    #[event("priority-changed")]
    PriorityChanged {
        /// The priority before.
        from: Priority,
        /// The priority now.
        to: Priority,
    },
    /// Somebody began to work on a new ticket: it is active.
    #[event("work-started")]
    WorkStarted {
        /// When.
        at: Timestamp,
    },
    /// The desk waits for somebody else. The response clock is paused.
    #[event("put-on-hold")]
    PutOnHold {
        /// For whom.
        on: Hold,
        /// When.
        at: Timestamp,
    },
    /// Work goes on: the ticket is active, and the response clock with it.
    #[event("resumed")]
    Resumed {
        /// When.
        at: Timestamp,
    },
    /// The customer escalated the ticket. A new, shorter response window starts.
    #[event("escalated")]
    Escalated {
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// The desk solved it. The response clock stops.
    #[event("resolved")]
    Resolved {
        /// How; nothing when a log does not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// Nothing more is to be done. The response clock stops.
    #[event("closed")]
    Closed {
        /// What kind of solution a log says it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Who a log says had solved it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resolver: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// It was not solved after all: the ticket is active, and a new response window starts.
    #[event("reopened")]
    Reopened {
        /// Why; nothing when a log does not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Whether this counts as a reopening. The desk counts every one; an
        /// imported log has its own counter, which is followed.
        counted: bool,
        /// When.
        at: Timestamp,
    },

    // ------------------------------------------------ what only imported logs tell
    /// The ticket is new again: the work on it was given up.
    #[event("put-back")]
    PutBack {
        /// When.
        at: Timestamp,
    },
    /// The log gave the ticket a status that the desk does not know.
    #[event("status-named")]
    StatusNamed {
        /// The log's own word.
        word: String,
        /// When.
        at: Timestamp,
    },
    /// The ticket was sorted into the catalogue of what can go wrong; all three
    /// are as they are now.
    #[event("categorised")]
    Categorised {
        /// The category.
        category: Option<String>,
        /// The part of the category.
        subcategory: Option<String>,
        /// What the customer sees of it.
        symptom: Option<String>,
    },
    /// The place of the ticket was noted, corrected or withdrawn.
    #[event("located")]
    Located {
        /// Where; nothing when it is no longer known.
        location: Option<String>,
    },
    /// How bad and how pressing it is was judged; both are as they are now.
    #[event("assessed")]
    Assessed {
        /// How much is affected.
        impact: Option<String>,
        /// How soon it has to be solved.
        urgency: Option<String>,
    },
    /// Somebody checked the priority, or withdrew the check.
    #[event("priority-reviewed")]
    PriorityReviewed {
        /// Whether the priority is confirmed now.
        confirmed: bool,
    },
    /// The ticket was linked to something, instead of what it was linked to before.
    #[event("linked")]
    Linked {
        /// What kind of thing.
        what: Link,
        /// Which one.
        to: String,
    },
    /// A link of the ticket was removed.
    #[event("unlinked")]
    Unlinked {
        /// What kind of thing it was linked to.
        what: Link,
        /// Which one.
        from: String,
    },
    /// It was noted whether a document of the knowledge base helped.
    #[event("knowledge-noted")]
    KnowledgeNoted {
        /// Whether one helped.
        used: bool,
    },
    /// It was chosen how the customer is told about changes.
    #[event("notification-chosen")]
    NotificationChosen {
        /// How; nothing when the customer is not told any more.
        choice: Option<String>,
    },
    /// The log judged whether its service level agreement was kept.
    #[event("sla-judged")]
    SlaJudged {
        /// Whether it was kept.
        met: bool,
    },
    /// The log counted reassignments that it does not show.
    #[event("reassignments-counted")]
    ReassignmentsCounted {
        /// How many.
        count: u32,
    },
    /// The log counted reopenings that it does not show.
    #[event("reopenings-counted")]
    ReopeningsCounted {
        /// How many.
        count: u32,
    },
    /// Somebody saved the ticket, and nothing changed that the log shows.
    #[event("touched")]
    Touched,
    /// The log corrected something that does not change in the life of a ticket.
    #[event("field-corrected")]
    FieldCorrected {
        /// What, and how it is right.
        correction: Correction,
    },
}

/// What a ticket can be linked to; at most one of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// The problem behind this ticket and perhaps others.
    Problem,
    /// The change that was requested because of the ticket.
    Change,
    /// The change that caused the ticket.
    CausedBy,
    /// The part of the installation that is affected.
    ConfigurationItem,
    /// The vendor that is involved.
    Vendor,
}

/// A field that does not change in the life of a ticket, and its right value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
pub enum Correction {
    /// Whose ticket it is.
    Customer(Option<String>),
    /// Who wrote it down.
    OpenedBy(Option<String>),
    /// When it was opened. A response window that has begun is not moved.
    OpenedAt(Timestamp),
    /// How it reached the desk.
    Channel(Option<String>),
    /// How often it was reassigned: the counter fell.
    ReassignmentCount(u32),
    /// How often it was reopened: the counter fell.
    ReopenCount(u32),
    /// What kind of solution it was: changed after closing.
    ClosingCode(Option<String>),
    /// Who solved it: changed after closing.
    Resolver(Option<String>),
}
