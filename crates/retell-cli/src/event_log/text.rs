//! The bytes of a file, and the text in them.

use std::fs;
use std::io;
use std::path::Path;

use super::LogError;

/// Reads a file whole.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, LogError> {
    fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => LogError::Missing { path: path.to_owned() },
        _ if path.is_dir() => LogError::Directory { path: path.to_owned() },
        _ => LogError::Unreadable { path: path.to_owned(), source },
    })
}

/// The text in UTF-8, without its byte order mark.
pub(super) fn decode(content: &[u8]) -> Result<&str, LogError> {
    let marked = content.starts_with(&[0xFF, 0xFE]) || content.starts_with(&[0xFE, 0xFF]);
    // Without a mark, every other byte of a header in UTF-16 is zero.
    let zeros: Vec<bool> = content.iter().take(4).map(|byte| *byte == 0).collect();
    if marked || zeros == [true, false, true, false] || zeros == [false, true, false, true] {
        return Err(LogError::Utf16);
    }
    if content.contains(&0) {
        return Err(LogError::Binary);
    }
    let content = content.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(content);
    let text = std::str::from_utf8(content).map_err(|error| {
        let before = &content[..error.valid_up_to()];
        LogError::NotUtf8 { line: before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1 }
    })?;
    if text.trim().is_empty() { Err(LogError::Empty) } else { Ok(text) }
}
