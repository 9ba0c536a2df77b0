//! `klever acl`: the least that a read-only user needs.

use crate::cli::{Failure, output};
use crate::report::clean;
use clap::Args;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct AclArgs {
    /// The user that klever connects as
    #[arg(long, value_name = "PRINCIPAL", default_value = "User:klever")]
    pub principal: String,
}

/// What each part of a cluster needs: the operation, the kind of resource, and what is unknown without it.
const ACLS: [(&str, &str, &str); 6] = [
    (
        "Describe",
        "--topic '*'",
        "Topics, partitions and offsets. A topic that is not allowed looks as if it did not exist.",
    ),
    ("DescribeConfigs", "--topic '*'", "Topic configurations."),
    (
        "Describe",
        "--cluster",
        "The controller quorum, the list of groups, and ACLs and what brokers hold, which show that no topic is hidden.",
    ),
    ("DescribeConfigs", "--cluster", "Broker configurations, from which the Kafka version is concluded."),
    ("Describe", "--group '*'", "Members and committed offsets of groups."),
    (
        "Describe",
        "--transactional-id '*'",
        "The transactional id, the start and the timeout of that transaction.",
    ),
];

/// What the least rights leave out.
const READ_TOPICS: &str = "# Left out: Read on the topics. It shows which producer holds records back with an open transaction (`lag`,
# `snapshot`), and it allows to read records, which klever does not do; without it the producer is unknown.
";

/// What klever sends, for who reads audit logs or lets only some requests through.
#[cfg(feature = "live")]
fn push_requests(text: &mut String) {
    text.push_str(
        "# The requests that klever's own connections send, by ApiKey and version; every one only reads.\n\
         # A screen sends a few a second; its first line shows how many.\n",
    );
    for request in crate::kafka::sent_requests() {
        let (first, last) = request.versions;
        let versions = if first == last { first.to_string() } else { format!("{first} to {last}") };
        text.push_str(&format!("# {:>3}  {:<26} {versions}\n", request.key, request.name));
    }
}

#[cfg(not(feature = "live"))]
fn push_requests(_: &mut String) {}

pub(super) fn run(args: &AclArgs) -> Result<ExitCode, Failure> {
    let principal = clean(&args.principal).replace('\'', "");
    let mut text = String::from(
        "# The least ACLs that klever needs. All of them only read; without one of them klever shows that part as unknown.\n",
    );
    for (operation, resource, gives) in ACLS {
        text.push_str(&format!(
            "# {gives}\nkafka-acls.sh --bootstrap-server \"$BOOTSTRAP\" --add \\\n  --allow-principal '{principal}' --operation {operation} {resource}\n"
        ));
    }
    text.push_str(READ_TOPICS);
    push_requests(&mut text);
    output::write(&text)?;
    Ok(ExitCode::SUCCESS)
}
