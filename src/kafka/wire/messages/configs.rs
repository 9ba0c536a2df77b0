//! DescribeConfigs of topics and brokers, with each resource's own error.

use crate::kafka::CallError;
use crate::kafka::reads::{ResourceConfig, ResourceKind, config_source};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use crate::kafka::wire::error_codes;
use crate::model::ConfigEntry;

pub(in crate::kafka::wire) struct DescribeConfigs<'a> {
    pub kind: ResourceKind,
    pub names: &'a [String],
}

/// `ConfigResource.Type`.
fn type_of(kind: ResourceKind) -> i8 {
    match kind {
        ResourceKind::Topic => 2,
        ResourceKind::Broker => 4,
    }
}

impl ReadRequest for DescribeConfigs<'_> {
    const API: Api = Api::DescribeConfigs;
    const VERSIONS: (i16, i16) = (1, 4);
    type Answer = Vec<ResourceConfig>;

    fn encode(&self, out: &mut Encoder) {
        out.array(self.names, |out, name| {
            out.i8(type_of(self.kind));
            out.text(name);
            // Every key.
            out.null_array();
            out.tags();
        });
        out.bool(false);
        if out.version() >= 3 {
            out.bool(false);
        }
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let resources = answer.array(resource)?;
        answer.tags()?;
        Ok(resources)
    }
}

fn resource(resource: &mut Decoder<'_>) -> Decoded<ResourceConfig> {
    let code = resource.i16()?;
    let message = resource.nullable_string()?;
    resource.i8()?;
    let name = resource.string()?;
    let entries = resource.array(entry)?;
    resource.tags()?;
    if code != 0 {
        let message = message.unwrap_or_else(|| error_codes::words(code).into_owned());
        return Ok((name, Err(CallError { code: code.into(), message, hint: None })));
    }
    Ok((name, Ok(entries.into_iter().collect())))
}

fn entry(entry: &mut Decoder<'_>) -> Decoded<(String, ConfigEntry)> {
    let name = entry.string()?;
    let value = entry.nullable_string()?;
    entry.bool()?;
    let source = config_source(entry.i8()?.into());
    let is_secret = entry.bool()?;
    entry.each(|synonym| {
        synonym.text()?;
        synonym.nullable_text()?;
        synonym.i8()?;
        synonym.tags()
    })?;
    if entry.version() >= 3 {
        entry.i8()?;
        entry.nullable_text()?;
    }
    entry.tags()?;
    Ok((name, ConfigEntry { value: value.filter(|_| !is_secret), source }))
}
