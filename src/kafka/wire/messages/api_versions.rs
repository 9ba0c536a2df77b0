//! ApiVersions: which requests a broker speaks, and the cluster's features.

use super::{Coded, coded};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::collections::HashMap;

pub(in crate::kafka::wire) struct ApiVersions;

/// What a broker speaks and what its cluster has switched on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::kafka::wire) struct BrokerVersions {
    /// The first and the last version of each ApiKey.
    pub ranges: HashMap<i16, (i16, i16)>,
    /// Finalised features with their levels; `None` from a broker that reports none.
    pub features: Option<Vec<(String, i16)>>,
}

impl ReadRequest for ApiVersions {
    const API: Api = Api::ApiVersions;
    const VERSIONS: (i16, i16) = (0, 4);
    /// With code 35, UNSUPPORTED_VERSION, the body is that of version 0 whatever was asked.
    type Answer = Coded<BrokerVersions>;

    fn encode(&self, out: &mut Encoder) {
        if out.version() >= 3 {
            out.text("klever");
            out.text(env!("CARGO_PKG_VERSION"));
        }
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        let code = answer.i16()?;
        let mut versions = BrokerVersions::default();
        answer.each(|api| {
            let key = api.i16()?;
            versions.ranges.insert(key, (api.i16()?, api.i16()?));
            api.tags()
        })?;
        if answer.version() >= 1 {
            answer.i32()?;
        }
        let (mut epoch, mut features) = (-1, Vec::new());
        answer.tagged(|tag, field| {
            match tag {
                1 => epoch = field.i64()?,
                2 => features = field.array(finalised_feature)?,
                _ => {}
            }
            Ok(())
        })?;
        versions.features = (epoch >= 0).then_some(features);
        Ok(coded(code, versions))
    }
}

fn finalised_feature(feature: &mut Decoder<'_>) -> Decoded<(String, i16)> {
    let name = feature.string()?;
    let level = feature.i16()?;
    feature.i16()?;
    feature.tags()?;
    Ok((name, level))
}
