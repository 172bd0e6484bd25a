//! Every metric name in one place.

/// The name of a series: what exporters call it, what the statistics of one stream call it, and the label that
/// tells it from its siblings of the same name.
#[derive(Debug, PartialEq, Eq)]
pub struct Name {
    /// The exported name, such as `input_received`.
    pub text: &'static str,
    /// The key in the hierarchical statistics of a stream, such as `received`.
    pub key: &'static str,
    /// A fixed label beside those of the component.
    pub label: Option<(&'static str, &'static str)>,
}

const fn name(text: &'static str, key: &'static str) -> Name {
    Name { text, key, label: None }
}

const fn labelled(text: &'static str, key: &'static str, label: &'static str, value: &'static str) -> Name {
    Name { text, key, label: Some((label, value)) }
}

pub const INPUT_RECEIVED: Name = name("input_received", "received");
pub const INPUT_LATENCY: Name = name("input_latency_ns", "latency_ns");
pub const INPUT_CONNECTION_UP: Name = name("input_connection_up", "connection_up");
pub const INPUT_CONNECTION_FAILED: Name = name("input_connection_failed", "connection_failed");
pub const INPUT_CONNECTION_LOST: Name = name("input_connection_lost", "connection_lost");

pub const BUFFER_RECEIVED: Name = name("buffer_received", "received");
pub const BUFFER_BATCH_RECEIVED: Name = name("buffer_batch_received", "batch_received");
pub const BUFFER_SENT: Name = name("buffer_sent", "sent");
pub const BUFFER_BATCH_SENT: Name = name("buffer_batch_sent", "batch_sent");
pub const BUFFER_LATENCY: Name = name("buffer_latency_ns", "latency_ns");

pub const PROCESSOR_RECEIVED: Name = name("processor_received", "received");
pub const PROCESSOR_BATCH_RECEIVED: Name = name("processor_batch_received", "batch_received");
pub const PROCESSOR_SENT: Name = name("processor_sent", "sent");
pub const PROCESSOR_BATCH_SENT: Name = name("processor_batch_sent", "batch_sent");
pub const PROCESSOR_ERROR: Name = name("processor_error", "error");
pub const PROCESSOR_LATENCY: Name = name("processor_latency_ns", "latency_ns");

pub const OUTPUT_SENT: Name = name("output_sent", "sent");
pub const OUTPUT_BATCH_SENT: Name = name("output_batch_sent", "batch_sent");
pub const OUTPUT_ERROR: Name = name("output_error", "error");
pub const OUTPUT_REJECTED: Name = name("output_rejected", "rejected");
pub const OUTPUT_LATENCY: Name = name("output_latency_ns", "latency_ns");
pub const OUTPUT_CONNECTION_UP: Name = name("output_connection_up", "connection_up");
pub const OUTPUT_CONNECTION_FAILED: Name = name("output_connection_failed", "connection_failed");
pub const OUTPUT_CONNECTION_LOST: Name = name("output_connection_lost", "connection_lost");

pub const BATCH_CREATED_COUNT: Name = labelled("batch_created", "batch_by_count", "mechanism", "count");
pub const BATCH_CREATED_SIZE: Name = labelled("batch_created", "batch_by_size", "mechanism", "size");
pub const BATCH_CREATED_CHECK: Name = labelled("batch_created", "batch_by_check", "mechanism", "check");
pub const BATCH_CREATED_PERIOD: Name = labelled("batch_created", "batch_by_period", "mechanism", "period");

pub const CACHE_GET: CacheNames = cache_names("get");
pub const CACHE_SET: CacheNames = cache_names("set");
pub const CACHE_ADD: CacheNames = cache_names("add");
pub const CACHE_DELETE: CacheNames = cache_names("delete");
pub const CACHE_NOT_FOUND: Name = labelled("cache_not_found", "not_found", "operation", "get");
pub const CACHE_DUPLICATE: Name = labelled("cache_duplicate", "duplicate", "operation", "add");

pub const RATE_LIMIT_CHECKED: Name = name("rate_limit_checked", "checked");
pub const RATE_LIMIT_TRIGGERED: Name = name("rate_limit_triggered", "triggered");
pub const RATE_LIMIT_ERROR: Name = name("rate_limit_error", "error");

pub const HTTP_REQUEST_LATENCY: Name = name("http_request_latency_ns", "request_latency_ns");
pub const HTTP_REQUEST_CODE: [Name; 5] = [
    name("http_request_code_1xx", "request_code_1xx"),
    name("http_request_code_2xx", "request_code_2xx"),
    name("http_request_code_3xx", "request_code_3xx"),
    name("http_request_code_4xx", "request_code_4xx"),
    name("http_request_code_5xx", "request_code_5xx"),
];

pub const BENCHMARK_MESSAGES_PER_SECOND: &str = "benchmark_messages_per_second";
pub const BENCHMARK_MESSAGES_TOTAL: &str = "benchmark_messages_total";
pub const BENCHMARK_BYTES_PER_SECOND: &str = "benchmark_bytes_per_second";
pub const BENCHMARK_BYTES_TOTAL: &str = "benchmark_bytes_total";

pub const PROCESS_CPU_SECONDS: &str = "process_cpu_seconds_total";
pub const PROCESS_OPEN_FILES: &str = "process_open_fds";
pub const PROCESS_MEMORY: &str = "process_resident_memory_bytes";
pub const PROCESS_THREADS: &str = "process_threads";

/// The names of one cache operation.
pub struct CacheNames {
    pub success: Name,
    pub error: Name,
    pub latency: Name,
}

const fn cache_names(operation: &'static str) -> CacheNames {
    CacheNames {
        success: labelled("cache_success", "success", "operation", operation),
        error: labelled("cache_error", "error", "operation", operation),
        latency: labelled("cache_latency_ns", "latency_ns", "operation", operation),
    }
}
