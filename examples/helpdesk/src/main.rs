//! The program `helpdesk`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    helpdesk::program::run().await
}
