//! `klever check FOLDER`: what is in it and was not read is said, and does not pass.

use super::finds;
use crate::{Files, klever};

#[test]
fn nothing_of_a_folder_that_was_not_read_passes() {
    for (name, text) in [
        ("app.properties", "acks=banana\nlinger.ms=5\n".to_string()),
        ("server.properties", "process.roles=broker\nnum.io.threads=many\n".to_string()),
        ("long.properties", "acks=all\n".repeat(200_000)),
    ] {
        let files = Files::new();
        files.write("good.properties", "bootstrap.servers=a:1,b:1\nacks=all\n");
        files.write(name, &text);
        // Longer than any file of settings, and no text.
        files.write("library.jar", &"PK\0".repeat(500_000));
        let ran = klever(&["check", files.folder.path().to_str().unwrap(), "--fail-on", "critical"]);
        assert_eq!(ran.code, 3, "{name}: {}{}", ran.out, ran.err);
        let line = ran.err.lines().find(|line| line.contains("left out")).unwrap_or_default();
        assert!(line.contains("library.jar") && !line.contains(name), "{}", ran.err);
    }
}

#[test]
fn a_folder_is_walked_and_what_is_left_out_is_said() {
    let files = Files::new();
    let folder = files.folder.path();
    std::fs::create_dir(folder.join("deep")).unwrap();
    files.write("deep/app.properties", "bootstrap.servers=a:1,b:1\nacks=0\n");
    files.write(".hidden.properties", "acks=0\n");
    files.write("README.md", "# hello\n");
    std::fs::write(folder.join("store.jks"), [0_u8, 1, 2]).unwrap();
    let ran = klever(&["check", folder.to_str().unwrap()]);
    finds(&ran, "acks-zero", "deep/app.properties:2");
    for said in [".hidden.properties", "README.md", "store.jks"] {
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    files.write("deep/app.properties", "title=x\n");
    let none = klever(&["check", folder.to_str().unwrap()]);
    assert!(none.code == 2 && none.err.contains("klever reads"), "{}", none.err);
}
