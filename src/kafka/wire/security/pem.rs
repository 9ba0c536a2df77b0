//! PEM as Java's stores take it: also on one line with blanks, as a continued line of a properties file becomes.

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Trailing bits and missing padding are left to what reads the content.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// One block between BEGIN and END.
#[derive(PartialEq, Eq)]
pub(super) struct Block {
    /// `CERTIFICATE`, `PRIVATE KEY`...
    pub label: String,
    pub content: Vec<u8>,
    /// Encrypted the old way of OpenSSL, by headers in the block.
    pub has_headers: bool,
}

/// All blocks of a text, in order; what stands around them is comment.
pub(super) fn blocks(text: &str) -> Result<Vec<Block>, &'static str> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let (label, body) = begun.split_once("-----").ok_or("a PEM block has no end of its first line")?;
        let end = format!("-----END {label}-----");
        let (body, after) = body.split_once(end.as_str()).ok_or("a PEM block has no end")?;
        blocks.push(block(label, body)?);
        rest = after;
    }
    Ok(blocks)
}

fn block(label: &str, body: &str) -> Result<Block, &'static str> {
    let has_headers = body.contains(':');
    let base64: String = if has_headers { String::new() } else { body.split_whitespace().collect() };
    let content = BASE64.decode(base64).map_err(|_| "a PEM block is no Base64")?;
    Ok(Block { label: label.trim().to_string(), content, has_headers })
}

/// The text of a block, in lines of 64 letters.
#[cfg(any(test, feature = "librdkafka"))]
pub(super) fn armoured(label: &str, content: &[u8]) -> String {
    let base64 = BASE64.encode(content);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (at, letter) in base64.chars().enumerate() {
        text.push(letter);
        if at % 64 == 63 {
            text.push('\n');
        }
    }
    text.push_str(if text.ends_with('\n') { "" } else { "\n" });
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, Vec<u8>)>, &'static str> {
        Ok(blocks(text)?.into_iter().map(|block| (block.label, block.content)).collect())
    }

    #[test]
    fn blocks_on_lines_and_on_one_line_are_the_same() {
        let lines = "# subject=x\n-----BEGIN CERTIFICATE-----\r\nAQID\r\nBAU=\r\n-----END CERTIFICATE-----\n\
            -----BEGIN PRIVATE KEY-----\nBgc=\n-----END PRIVATE KEY-----\n";
        let one = lines.replace(['\r', '\n'], " ");
        let wanted =
            vec![("CERTIFICATE".to_string(), vec![1, 2, 3, 4, 5]), ("PRIVATE KEY".to_string(), vec![6, 7])];
        assert_eq!(read(lines).unwrap(), wanted);
        assert_eq!(read(&one).unwrap(), wanted);
    }

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 47, 48, 49, 500] {
            let text = armoured("CERTIFICATE", &vec![7; length]);
            assert_eq!(read(&text).unwrap(), [("CERTIFICATE".to_string(), vec![7; length])]);
            assert!(text.lines().all(|line| line.len() <= 64) && !text.contains("\n\n"), "{text}");
        }
    }

    #[test]
    fn broken_blocks_are_named() {
        assert_eq!(read("no PEM"), Ok(vec![]));
        assert!(read("-----BEGIN X").is_err() && read("-----BEGIN X-----AQID").is_err());
        assert!(read("-----BEGIN X-----A*-----END X-----").is_err());
        assert!(read("-----BEGIN X-----AQID-----END Y-----").is_err());
        let old = "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\nAQID\n-----END X-----";
        assert!(blocks(old).unwrap()[0].has_headers);
    }
}
