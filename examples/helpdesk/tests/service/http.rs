//! As much of an HTTP client as the tests need: one connection, kept alive.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { stream: BufReader::new(TcpStream::connect(address).await?), address })
    }

    pub(crate) async fn get(&mut self, path: &str) -> io::Result<Reply> {
        self.write("GET", path, "", "").await?;
        self.read().await
    }

    /// Posts as customer/7, with headers that end in line breaks.
    pub(crate) async fn post(&mut self, path: &str, headers: &str, body: &str) -> io::Result<Reply> {
        self.write_post(path, headers, body).await?;
        self.read().await
    }

    /// Sends a request and does not wait for the answer.
    pub(crate) async fn write_post(&mut self, path: &str, headers: &str, body: &str) -> io::Result<()> {
        let headers = format!("Actor: customer/7\r\nContent-Type: application/json\r\n{headers}");
        self.write("POST", path, &headers, body).await
    }

    async fn write(&mut self, method: &str, path: &str, headers: &str, body: &str) -> io::Result<()> {
        let host =
            if headers.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.address) };
        let length = body.len();
        let request =
            format!("{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\n\r\n{body}");
        self.write_raw(request.as_bytes()).await
    }

    pub(crate) async fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes).await
    }

    pub(crate) async fn read(&mut self) -> io::Result<Reply> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(Reply { status, head, body: String::from_utf8(body).unwrap() })
    }

    /// Waits until the other side has closed the connection.
    pub(crate) async fn closed(&mut self) -> io::Result<()> {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(()),
            Err(error) => Err(error),
        }
    }
}
