//! Bytes of terminals as the keys, pastes and answers that they are.

use super::*;
use proptest::prelude::*;

fn decode(bytes: &[u8]) -> String {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(bytes, &mut events);
    decoder.idle(&mut events);
    let shown = events.iter().map(|event| match event {
        Event::Key(key) => key.to_string(),
        other => format!("{other:?}"),
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn keys() {
    assert_eq!(decode(b"aG ?\r\t\x7f\x03"), "a G space ? enter tab backspace ctrl-c");
    assert_eq!(decode(b"\x1b[A\x1bOB\x1b[1;5C\x1b[Z"), "up down ctrl-right shift-tab");
    assert_eq!(decode(b"\x1b[5~\x1b[3~\x1b[15~\x1bOP\x1b[24~\x1b[[B"), "pageup delete F5 F1 F12 F2");
    assert_eq!(decode("ä→".as_bytes()), "ä →");
}

#[test]
fn escape_alone_and_alt() {
    assert_eq!(decode(b"\x1b"), "esc");
    assert_eq!(decode(b"\x1bx"), "alt-x");
    assert_eq!(decode(b"\x1b\x1b"), "esc esc");
    assert_eq!(decode(b"\x1b]"), "alt-]");
}

#[test]
fn late_answers_are_swallowed() {
    assert_eq!(decode(b"\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\a"), "Background { is_light: false } a");
    assert_eq!(decode(b"\x1b]11;rgb:ffff/ffff/eeee\x07b"), "Background { is_light: true } b");
    assert_eq!(decode(b"\x1b]4;1;rgb:1c1c/1c1c/1c1c\x07b"), "b");
    assert_eq!(decode(b"\x1b[?62;22c\x1b[24;80Rb"), "b");
    assert_eq!(decode(b"\x1bP>|xterm\x1b\\c"), "c");
}

#[test]
fn pastes_and_mouse() {
    assert_eq!(decode(b"\x1b[200~q\rx\x1b[201~q"), "Paste(\"q\\nx\") q");
    assert_eq!(
        decode(b"\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<65;1;1M"),
        "Mouse(Press, 9, 4) Mouse(WheelDown, 0, 0)"
    );
    assert_eq!(decode(b"\x1b[I\x1b[O"), "Focus(true) Focus(false)");
}

#[test]
fn sequences_may_come_in_pieces() {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    for byte in "\x1b[1;5Cä".bytes() {
        decoder.feed(&[byte], &mut events);
    }
    assert_eq!(events.len(), 2);
    assert_eq!(decoder.patience(), None);
}

fn fed(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    decoder.feed(bytes, &mut events);
    events
}

#[test]
fn a_paste_without_an_end_gives_the_keyboard_back() {
    let mut decoder = Decoder::default();
    assert_eq!(fed(&mut decoder, b"\x1b[200~abc\x1b[20"), []);
    assert_eq!(decoder.patience(), Some(PASTE_WAIT));
    let mut events = Vec::new();
    decoder.idle(&mut events);
    assert_eq!(events, [Event::Paste("abc".into())]);
    assert_eq!(fed(&mut decoder, b"\x03"), [Event::Key(Key::new(Code::Char('c'), true, false, false))]);
}

#[test]
fn what_is_kept_of_a_paste_is_bounded_and_the_rest_of_it_runs_nothing() {
    let mut decoder = Decoder::default();
    fed(&mut decoder, b"\x1b[200~");
    for _ in 0..100 {
        assert_eq!(fed(&mut decoder, &[b'q'; 4096]), []);
    }
    assert!(decoder.bytes.is_empty() && decoder.paste.as_ref().unwrap().text.len() == MAX_PASTE);
    let text = "q".repeat(MAX_PASTE);
    assert_eq!(fed(&mut decoder, b"qq\x1b[201~x"), [Event::Paste(text), Event::Key('x'.into())]);
}

#[test]
fn a_paste_may_hold_escapes_and_its_end_may_come_in_pieces() {
    let mut decoder = Decoder::default();
    assert_eq!(fed(&mut decoder, b"\x1b[200~a\x1b[201\x1b[20"), []);
    let events = fed(&mut decoder, b"1~");
    assert_eq!(events, [Event::Paste("a\x1b[201".into())]);
}

#[test]
fn an_answer_without_an_end_is_not_kept() {
    for begin in ["\x1b]", "\x1bP", "\x1b["] {
        let mut decoder = Decoder::default();
        assert_eq!(fed(&mut decoder, begin.as_bytes()), []);
        for _ in 0..100 {
            assert_eq!(fed(&mut decoder, &[b'1'; 4096]), [], "{begin:?}");
        }
        assert!(decoder.bytes.is_empty() && decoder.patience() == Some(ESCAPE_WAIT));
        decoder.idle(&mut Vec::new());
        assert_eq!(fed(&mut decoder, b"x"), [Event::Key('x'.into())]);
    }
}

const ANSWERS: &[u8] = b"\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\\x1b[?62;22c";

/// Bytes in two pieces with a long silence between them, and a key at the end.
fn torn(at: usize, key: &[u8]) -> Vec<Event> {
    let mut decoder = Decoder::expecting();
    let mut events = Vec::new();
    decoder.feed(&ANSWERS[..at], &mut events);
    if decoder.patience().is_some() {
        decoder.idle(&mut events);
    }
    decoder.feed(&ANSWERS[at..], &mut events);
    while decoder.patience().is_some() {
        decoder.idle(&mut events);
    }
    decoder.feed(key, &mut events);
    events.retain(|event| !matches!(event, Event::Background { .. }));
    events
}

#[test]
fn an_answer_that_comes_in_two_pieces_is_no_keys() {
    for at in 0..=ANSWERS.len() {
        let mut keys = torn(at, b"j");
        // An escape that nothing follows for so long is the key; so is alt with a letter.
        keys.retain(|event| *event != Event::Key(Key::plain(Code::Esc)));
        keys.retain(|event| !matches!(event, Event::Key(key) if key.alt));
        assert_eq!(keys, [Event::Key('j'.into())], "cut after {at}: {:?}", &ANSWERS[..at].escape_ascii());
    }
}

#[test]
fn keys_before_an_answer_that_never_comes_are_keys() {
    let mut decoder = Decoder::expecting();
    let mut events = Vec::new();
    decoder.feed(b"a\x1b", &mut events);
    assert_eq!(decoder.patience(), Some(ANSWER_WAIT));
    decoder.idle(&mut events);
    decoder.feed(b"]", &mut events);
    decoder.idle(&mut events);
    decoder.feed(b"b\x1b[A", &mut events);
    let keys: Vec<String> = events
        .iter()
        .map(|event| match event {
            Event::Key(key) => key.to_string(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(keys, ["a", "esc", "]", "b", "up"]);
    assert_eq!(decoder.patience(), None);
}

#[test]
fn once_all_is_answered_an_escape_is_quick_again() {
    let mut decoder = Decoder::expecting();
    assert_eq!(fed(&mut decoder, ANSWERS), [Event::Background { is_light: false }]);
    assert!(!decoder.is_expecting());
    fed(&mut decoder, b"\x1b");
    assert_eq!(decoder.patience(), Some(ESCAPE_WAIT));
}

proptest! {
    #[test]
    fn nothing_panics_and_idle_always_ends_waiting(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        decoder.feed(&bytes, &mut events);
        decoder.idle(&mut events);
        prop_assert_eq!(decoder.patience(), None);
        let mut decoder = Decoder::expecting();
        decoder.feed(&bytes, &mut events);
        (0..3).for_each(|_| decoder.idle(&mut events));
        prop_assert_eq!(decoder.patience(), None);
    }
}
