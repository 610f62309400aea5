//! A ticket as it is or was, and what happened to it.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use retell::store::{Page, PageLimit, ReadStream};
use retell::{At, Version};
use serde::Deserialize;

use super::api::TicketApi;
use super::event_view::EventView;
use super::failure;
use super::json::{self, etag};
use super::problem::{Kind, Problem};
use super::ticket_path::TicketPath;
use crate::domain::TicketId;
use crate::program::moment::{self, Moment};

/// The most events of one answer.
const MOST: usize = 1_000;

/// The query of `GET /tickets/{id}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    at: Option<String>,
    #[serde(default)]
    effective: bool,
}

impl When {
    fn moment(&self) -> Result<Option<Moment>, Problem> {
        let parsed = self.at.as_ref().map(|text| text.parse::<Moment>()).transpose();
        let moment = parsed.map_err(|error| bad_query(format!("at: {error}")))?;
        match moment {
            None if self.effective => Err(bad_query("effective: at is missing, which it belongs to")),
            moment => Ok(moment),
        }
    }
}

/// `GET /tickets/{id}`
pub(super) async fn show(
    State(api): State<TicketApi>,
    TicketPath(id): TicketPath,
    query: Result<Query<When>, QueryRejection>,
) -> Result<Response, Problem> {
    let when = query.map_err(|rejection| bad_query(rejection.body_text()))?.0;
    let moment = when.moment()?;
    let at = moment.map_or(At::Now, |moment| moment.at(when.effective));
    let loaded = api.tickets.at(&id, at).await.map_err(failure::of_load)?;
    if !loaded.exists() {
        return Err(match version(&api, &id).await? {
            Version::NONE => no_such_ticket(&id),
            _ => Problem::new(Kind::NotYet, format!("the first event of ticket {id} came later")),
        });
    }
    let now = moment::time_of(&**api.store(), &id, moment, loaded.version, api.clock.now())
        .await
        .map_err(failure::of_read)?;
    let view = loaded.state.view(id.as_str(), loaded.version.get(), now);
    Ok((etag(loaded.version), json::answer(StatusCode::OK, &view)?).into_response())
}

/// The query of `GET /tickets/{id}/events`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stretch {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

/// `GET /tickets/{id}/events`
///
/// Where there is more, the header `Link` says where to go on.
pub(super) async fn events(
    State(api): State<TicketApi>,
    TicketPath(id): TicketPath,
    query: Result<Query<Stretch>, QueryRejection>,
) -> Result<Response, Problem> {
    let Stretch { after, limit } = query.map_err(|rejection| bad_query(rejection.body_text()))?.0;
    let limit = limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        return Err(bad_query(format!("limit: ask for 1 to {MOST} events")));
    }
    let page = page(&api, &id, Version::new(after), limit).await?;
    if page.is_empty() && version(&api, &id).await? == Version::NONE {
        return Err(no_such_ticket(&id));
    }
    let events: Result<Vec<EventView>, Problem> = page.iter().map(|row| EventView::of(&row)).collect();
    let response = json::answer(StatusCode::OK, &events?)?;
    Ok(match page.last() {
        Some(last) if page.more => {
            let next = format!("<?after={}&limit={limit}>; rel=\"next\"", last.version());
            ([(header::LINK, next)], response).into_response()
        }
        _ => response,
    })
}

async fn page(api: &TicketApi, id: &TicketId, after: Version, limit: usize) -> Result<Page, Problem> {
    let limit = PageLimit { events: limit, ..PageLimit::default() };
    let read = ReadStream::new(id.stream().clone()).after(after).limit(limit);
    api.store().read_stream(read).await.map_err(failure::of_read)
}

/// The version of a ticket now.
async fn version(api: &TicketApi, id: &TicketId) -> Result<Version, Problem> {
    let limit = PageLimit { events: 1, ..PageLimit::default() };
    let read = ReadStream::new(id.stream().clone()).backward().limit(limit);
    let page = api.store().read_stream(read).await.map_err(failure::of_read)?;
    Ok(page.first().map_or(Version::NONE, |last| last.version()))
}

/// There is no such ticket.
pub(super) fn no_such_ticket(id: &TicketId) -> Problem {
    Problem::new(Kind::NoSuchTicket, format!("there is no ticket {id}"))
}

fn bad_query(detail: impl Into<String>) -> Problem {
    Problem::new(Kind::BadQuery, detail)
}
