//! A provider on this machine, and what it is asked.

use super::*;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// Answers each connection with the next of these texts; what was asked comes over the channel.
fn provider(answers: Vec<String>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = String::new();
            let mut bytes = [0; 4096];
            while !asked.contains("client_credentials") {
                let length = stream.read(&mut bytes).unwrap();
                asked.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
            }
            let _ = sender.send(asked);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, receiver)
}

fn http(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn of(url: &str) -> Provider {
    let client = Client { id: "me".into(), secret: Secret::new("hunter2"), scope: Some("a b".into()) };
    Provider::new(url, client, Vec::new()).unwrap()
}

fn refusal(answer: String) -> String {
    let (url, _asked) = provider(vec![answer]);
    of(&url).token().unwrap_err().to_string()
}

#[test]
fn a_token_is_asked_for_once_while_it_is_good() {
    let grant = |token: &str, seconds: u32| {
        http("200 OK", &format!("{{\"access_token\":\"{token}\",\"expires_in\":{seconds}}}"))
    };
    let (url, asked) = provider(vec![grant("one", 0), grant("two", 600)]);
    let provider = of(&url);
    let tokens: Vec<Secret> = (0..4).map(|_| provider.token().unwrap()).collect();
    let tokens: Vec<&str> = tokens.iter().map(Secret::reveal).collect();
    assert_eq!(tokens, ["one", "two", "two", "two"]);
    let asked = asked.recv().unwrap();
    assert!(asked.starts_with("POST /token HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_lowercase().contains("authorization: basic bwu6ahvudgvymg==\r\n"), "{asked}");
    assert!(asked.ends_with("\r\n\r\ngrant_type=client_credentials&scope=a%20b"), "{asked}");
}

#[test]
fn refusals_are_told_without_the_secret() {
    let refused = refusal(http("401 Unauthorized", "{\"error\":\"invalid_client\"}"));
    assert_eq!(refused, "the identity provider gave no token (HTTP status 401: invalid_client)");
    assert!(refusal(http("200 OK", "{}")).contains("holds no access token"));
    assert!(refusal(http("200 OK", "{\"access_token\":\"two words\"}")).contains("holds no access token"));
    assert!(refusal("SSH-2.0\r\n".into()).contains("the identity provider"));
    let redirected = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    assert!(refusal(redirected.into()).contains("HTTP status 302"));
    let nobody = of("http://127.0.0.1:1/token").token().unwrap_err().to_string();
    assert!(nobody.starts_with("the identity provider ") && !nobody.contains("hunter2"), "{nobody}");
}

#[test]
fn secrets_stay_on_this_machine_or_go_over_tls() {
    for safe in ["https://id.example/t", "HTTPS://id.example", "http://localhost:80/t", "http://[::1]:1/"] {
        assert!(is_safe(safe), "{safe}");
    }
    for open in ["http://id.example/t", "ftp://localhost", "localhost", "http://localhost@evil/", "https://"]
    {
        assert!(!is_safe(open), "{open}");
    }
    assert!(!is_safe("http://localhost.evil/") && !is_safe("http://127.0.0.1.evil/"));
}
