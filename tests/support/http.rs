//! A plain HTTP/1.1 client over a socket: it sends exactly what it is told, and shows exactly what comes back.

use std::io::{Error, ErrorKind, Result};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a server answered.
pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Sends one request to 127.0.0.1 and reads the whole answer, for at most `timeout`.
pub async fn request(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(String, String)],
    body: Option<&[u8]>,
    timeout: Duration,
) -> Result<Response> {
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: identity\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if body.is_some() || ["POST", "PUT", "PATCH"].contains(&method) {
        head += &format!("Content-Length: {}\r\n", body.map_or(0, <[u8]>::len));
    }
    let message = [head.as_bytes(), b"\r\n", body.unwrap_or_default()].concat();
    let exchange = async {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
        // A server may answer and close before it has read all of a large body: the answer counts.
        let sent = socket.write_all(&message).await;
        read(&mut socket, method == "HEAD").await.or_else(|e| sent.and(Err(e)))
    };
    tokio::time::timeout(timeout, exchange).await.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}

async fn read(socket: &mut TcpStream, no_body: bool) -> Result<Response> {
    let mut bytes = Vec::new();
    loop {
        let end = loop {
            match find(&bytes, b"\r\n\r\n") {
                Some(end) => break end,
                None => more(socket, &mut bytes).await?,
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        bytes.drain(..end + 4);
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| bad("no status"))?;
        let body = match status {
            100..=199 => continue,
            204 | 304 => Vec::new(),
            _ if no_body => Vec::new(),
            _ => read_body(socket, &head, bytes).await?,
        };
        return Ok(Response { status, body });
    }
}

async fn read_body(socket: &mut TcpStream, head: &str, mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    if header(head, "transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) {
        return read_chunks(socket, bytes).await;
    }
    match header(head, "content-length").map(str::parse::<usize>) {
        Some(Ok(length)) => {
            while bytes.len() < length {
                more(socket, &mut bytes).await?;
            }
            bytes.truncate(length);
        }
        Some(Err(_)) => return Err(bad("content-length is no number")),
        None => {
            socket.read_to_end(&mut bytes).await?;
        }
    }
    Ok(bytes)
}

async fn read_chunks(socket: &mut TcpStream, mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            match find(&bytes, b"\r\n") {
                Some(end) => break end,
                None => more(socket, &mut bytes).await?,
            }
        };
        let size = String::from_utf8_lossy(&bytes[..line]).into_owned();
        let size = usize::from_str_radix(size.split(';').next().unwrap_or("").trim(), 16)
            .map_err(|_| bad("chunk size is no number"))?;
        while bytes.len() < line + 2 + size + 2 {
            more(socket, &mut bytes).await?;
        }
        body.extend_from_slice(&bytes[line + 2..line + 2 + size]);
        bytes.drain(..line + 2 + size + 2);
        if size == 0 {
            return Ok(body);
        }
    }
}

async fn more(socket: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<()> {
    match socket.read_buf(bytes).await? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}

fn bad(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
