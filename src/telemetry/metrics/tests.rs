//! Tests of registration, removal, renaming and of the three ways to show metrics.

use super::*;
use crate::value::Value;
use crate::value::json::print;

fn text(metrics: &Metrics) -> String {
    let pieces = Prometheus::default().render(metrics).concat();
    String::from_utf8(pieces).expect("exposition is text")
}

#[test]
fn blocks_are_small() {
    let size = |family: usize| family + size_of::<Component<()>>() + 16;
    let components = size(size_of::<Input>()) + size(size_of::<Processor>()) + size(size_of::<Output>());
    assert!(components + 4 * 16 + size_of::<Registered>() + 100 < 1024, "{components} bytes");
}

#[test]
fn a_dropped_scope_leaves_nothing() {
    let metrics = Metrics::default();
    let scope = metrics.scope(Some("a"));
    let input = scope.clone().register::<Input>("in", "root.input");
    input.received.add(3);
    assert!(text(&metrics).contains("input_received{label=\"in\",path=\"root.input\",stream=\"a\"} 3\n"));
    drop(scope);
    assert_eq!((text(&metrics).as_str(), metrics.scope_count()), ("", 0));
}

#[test]
fn the_newest_scope_of_an_id_counts() {
    let metrics = Metrics::default();
    let old = metrics.scope(Some("a"));
    old.register::<Processor>("old", "root.pipeline.processors.0");
    let new = metrics.scope(Some("a"));
    new.register::<Processor>("new", "root.pipeline.processors.0");
    assert!(!text(&metrics).contains("old"));
    drop(new);
    assert!(text(&metrics).contains("old"));
}

#[test]
fn resources_stand_beside_the_only_stream() {
    let metrics = Metrics::default();
    let (shared, stream) = (metrics.shared_scope(false), metrics.scope(None));
    shared.register::<RateLimit>("r", "root.rate_limit_resources").checked.add(2);
    stream.register::<RateLimit>("", "root.input").checked.add(1);
    let text = text(&metrics);
    assert!(
        text.contains("rate_limit_checked{label=\"r\",path=\"root.rate_limit_resources\"} 2\n"),
        "{text}"
    );
    assert!(text.contains("rate_limit_checked{label=\"\",path=\"root.input\"} 1\n"), "{text}");
}

#[test]
fn a_component_registered_again_goes_on_counting() {
    let scope = Scope::detached();
    scope.register::<Cache>("c", "root.cache_resources").get.success.add(1);
    scope.register::<Cache>("c", "root.cache_resources").get.success.add(1);
    let again = scope.register::<Cache>("c", "root.cache_resources");
    assert_eq!(again.get.success.get(), 2);
    assert_eq!(scope.register::<RateLimit>("c", "root.cache_resources").checked.get(), 0);
}

#[test]
fn the_mapping_renames_and_drops() {
    let relabel: Relabel = Arc::new(|name, labels| match name {
        "input_received" => Renamed::As("in.received".into(), vec![("x".into(), labels[1].1.into())]),
        "input_latency_ns" => Renamed::Keep,
        _ => Renamed::Drop,
    });
    let metrics = Metrics::new(Some(relabel));
    let scope = metrics.scope(None);
    scope.register::<Input>("", "root.input").received.add(1);
    scope.custom(("", "root.p"), CustomKind::Gauge, "gone", &[]).observe(1.5);
    assert_eq!(
        text(&metrics),
        "# TYPE in_received counter\nin_received{x=\"root.input\"} 1\n# TYPE input_latency_ns summary\n\
         input_latency_ns_sum{label=\"\",path=\"root.input\"} 0\ninput_latency_ns_count{label=\"\",path=\"root.input\"} 0\n"
    );
    assert!(flat_stream(&scope).contains_key("input_received{label=\"\",path=\"root.input\"}"));
}

#[test]
fn the_flat_object_is_one_object() {
    let flat_text = |metrics: &Metrics| String::from_utf8(flat(metrics).concat()).expect("JSON is text");
    assert_eq!(flat_text(&Metrics::default()), "{}\n");
    let metrics = Metrics::default();
    let scope = metrics.scope(Some("s\n\"é"));
    scope.register::<Input>("in", "root.input").received.add(7);
    scope.register::<Cache>("", "root.cache_resources").get.latency.record(1000, 1);
    scope.custom(("", "p"), CustomKind::Gauge, "odd \"name\"", &[]).observe(-2.5);
    let parsed: serde_json::Value = serde_json::from_str(&flat_text(&metrics)).expect("JSON");
    let expected = print(&Value::Object(flat_stream(&scope))).expect("finite");
    assert_eq!(parsed, serde_json::from_slice::<serde_json::Value>(&expected).expect("JSON"));
    assert_eq!(parsed["input_received{label=\"in\",path=\"root.input\",stream=\"s\n\\\"é\"}"], 7);

    let relabel: Relabel = Arc::new(|_, _| Renamed::As("one".into(), Vec::new()));
    let metrics = Metrics::new(Some(relabel));
    let scope = metrics.scope(None);
    scope.register::<RateLimit>("", "root.rate_limit_resources").error.add(3);
    assert_eq!(flat_text(&metrics), "{\"one\":3}\n");
}

#[test]
fn custom_series_keep_their_labels_sorted() {
    let metrics = Metrics::default();
    let scope = metrics.scope(None);
    let labels = [("z".into(), "1\n".into()), ("a".into(), "\"".into())];
    scope.custom(("l", "p"), CustomKind::Gauge, "g", &labels).observe(1.5);
    scope.custom(("l", "p"), CustomKind::Gauge, "g", &[labels[1].clone(), labels[0].clone()]).observe(2.5);
    assert_eq!(text(&metrics), "# TYPE g gauge\ng{a=\"\\\"\",label=\"l\",path=\"p\",z=\"1\\n\"} 2.5\n");
}

#[test]
fn histograms_are_in_seconds() {
    let metrics = Metrics::default();
    let scope = metrics.scope(None);
    scope.register::<HttpClient>("", "x").latency.record(1_000_000, 4);
    let timings = Timings::Histograms(vec![0.0005, 0.5]);
    let pieces = Prometheus { timings, ..Prometheus::default() }.render(&metrics).concat();
    let text = String::from_utf8_lossy(&pieces);
    for line in [
        "# TYPE http_request_latency_ns histogram",
        "http_request_latency_ns_bucket{label=\"\",path=\"x\",le=\"0.0005\"} 0",
        "http_request_latency_ns_bucket{label=\"\",path=\"x\",le=\"0.5\"} 4",
        "http_request_latency_ns_bucket{label=\"\",path=\"x\",le=\"+Inf\"} 4",
        "http_request_latency_ns_sum{label=\"\",path=\"x\"} 0.004",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
}

#[test]
fn statistics_are_a_tree() {
    let scope = Scope::detached();
    scope.register::<Input>("", "root.input.broker.inputs.0").received.add(2);
    scope.register::<Input>("two", "root.input.broker.inputs.1").received.add(3);
    scope.register::<Processor>("clean", "root.pipeline.processors.0").received.add(5);
    scope.register::<Processor>("", "root.pipeline.processors.0.branch.processors.1").error.add(1);
    scope.register::<Processor>("", "root.pipeline.processors.1").sent.add(4);
    scope.register::<Output>("", "root.output").latency.record(1000, 2);
    let stats = Value::Object(hierarchy(&scope));
    let at = |path: &[&str]| path.iter().try_fold(&stats, |value, key| value.get(key)).cloned();
    for (path, expected) in [
        (&["input", "received"][..], 5),
        (&["input", "components", "broker.inputs.0", "received"], 2),
        (&["input", "components", "two", "received"], 3),
        (&["pipeline", "processors", "clean", "received"], 5),
        (&["pipeline", "processors", "clean", "components", "branch.processors.1", "error"], 1),
        (&["pipeline", "processors", "1", "sent"], 4),
        (&["output", "latency_ns", "count"], 2),
        (&["output", "latency_ns", "sum"], 2000),
    ] {
        assert!(matches!(at(path), Some(Value::Int(n)) if n == expected), "{path:?}: {:?}", at(path));
    }
}

#[test]
fn ten_thousand_streams_render_quickly() {
    let metrics = Metrics::default();
    let scopes: Vec<_> = (0..10_000)
        .map(|i| {
            let scope = metrics.scope(Some(&format!("stream-{i}")));
            scope.register::<Input>("", "root.input");
            scope.register::<Processor>("", "root.pipeline.processors.0");
            scope.register::<Output>("", "root.output");
            scope
        })
        .collect();
    let timer = Timer::start();
    let lines = text(&metrics).lines().count();
    assert_eq!(lines, 10_000 * (5 + 1 + 6 + 1 + 8 + 1) + 19, "in {} ms", timer.elapsed() / 1_000_000);
    drop(scopes);
    assert_eq!(metrics.scope_count(), 0);
}

#[test]
fn figures_of_the_process_are_there_when_asked_for() {
    let pieces = Prometheus { process: true, ..Prometheus::default() }.render(&Metrics::default()).concat();
    let text = String::from_utf8_lossy(&pieces);
    let memory = text.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
    assert!(memory.and_then(|n| n.parse::<u64>().ok()).is_some_and(|n| n > 100_000), "{text}");
}
