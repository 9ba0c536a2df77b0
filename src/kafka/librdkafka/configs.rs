//! DescribeConfigs of topics and brokers, with each resource's own error.
#![allow(unsafe_code)]

use super::ffi;
use super::queue::{AdminQueue, CallLimits};
use super::text::{c_string, optional_text, slice, text};
use crate::kafka::CallError;
use crate::kafka::reads::{ResourceConfig, ResourceKind, config_source};
use crate::model::ConfigEntry;
use std::ffi::c_int;

/// `rd_kafka_ResourceType_t`.
fn code_of(kind: ResourceKind) -> c_int {
    match kind {
        ResourceKind::Topic => 2,
        ResourceKind::Broker => 4,
    }
}

/// The effective configuration of each named resource.
pub(crate) fn describe_configs(
    admin: &AdminQueue,
    kind: ResourceKind,
    names: &[String],
    limits: CallLimits,
) -> impl Future<Output = Result<Vec<ResourceConfig>, CallError>> + Send + 'static + use<> {
    admin.call(
        limits,
        |start| {
            let resource = |name: &String| {
                // SAFETY: librdkafka copies the name.
                unsafe { ffi::rd_kafka_ConfigResource_new(code_of(kind), c_string(name).as_ptr()) }
            };
            let mut wanted: Vec<*mut ffi::ConfigResource> = names.iter().map(resource).collect();
            let list = wanted.as_mut_ptr();
            // SAFETY: the resources live until the call has copied them, then they are freed once.
            unsafe {
                ffi::rd_kafka_DescribeConfigs(start.rk, list, wanted.len(), start.options, start.queue);
                wanted.iter().for_each(|resource| ffi::rd_kafka_ConfigResource_destroy(*resource));
            }
        },
        // SAFETY: the event is this call's answer.
        |event| unsafe { resources(event) },
    )
}

/// # Safety
/// `event` is a live answer to DescribeConfigs.
unsafe fn resources(event: *mut ffi::Event) -> Vec<ResourceConfig> {
    // SAFETY: the answer's accessors return arrays of live resources, or null.
    unsafe {
        let answer = ffi::rd_kafka_event_DescribeConfigs_result(event);
        if answer.is_null() {
            return Vec::new();
        }
        let mut count = 0;
        let resources = ffi::rd_kafka_DescribeConfigs_result_resources(answer, &raw mut count);
        let live = slice(resources, count).iter().filter(|resource| !resource.is_null());
        live.map(|resource| one(*resource)).collect()
    }
}

/// # Safety
/// `resource` is a live resource of an answer.
unsafe fn one(resource: *const ffi::ConfigResource) -> ResourceConfig {
    // SAFETY: the resource's accessors return strings and arrays that live with it, or null.
    unsafe {
        let name = text(ffi::rd_kafka_ConfigResource_name(resource));
        let code = ffi::rd_kafka_ConfigResource_error(resource);
        if code != 0 {
            let message = text(ffi::rd_kafka_ConfigResource_error_string(resource));
            return (name, Err(CallError { code, message, hint: None }));
        }
        let mut count = 0;
        let entries = ffi::rd_kafka_ConfigResource_configs(resource, &raw mut count);
        let live = slice(entries, count).iter().filter(|entry| !entry.is_null());
        (name, Ok(live.map(|entry| config_entry(*entry)).collect()))
    }
}

/// # Safety
/// `entry` is a live entry of a resource.
unsafe fn config_entry(entry: *const ffi::ConfigEntry) -> (String, ConfigEntry) {
    // SAFETY: the entry's accessors return strings that live with it, or null.
    unsafe {
        let secret = ffi::rd_kafka_ConfigEntry_is_sensitive(entry) == 1;
        let value = optional_text(ffi::rd_kafka_ConfigEntry_value(entry)).filter(|_| !secret);
        let source = config_source(ffi::rd_kafka_ConfigEntry_source(entry));
        (text(ffi::rd_kafka_ConfigEntry_name(entry)), ConfigEntry { value, source })
    }
}
