//! What mappings cost: one document at a time, from bytes to bytes.
//!
//! `cargo bench --bench mapping` measures all, `cargo bench --bench mapping -- rootthis` some.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nekton::expr::Mapping;
use nekton::message::{Message, batch_of};

/// A new document of seven fields.
const MAP7: &str = r#"
root.id = this.id
root.user = this.user.name.uppercase()
root.slow = this.latency_ms > 50
root.ok = this.status < 400
root.kind = this.level + "/" + this.service
root.first = this.tags.index(0)
root.parts = this.path.split("/").length()
"#;

/// The whole document, one field more and one less.
const ROOT_THIS: &str = "root = this\nroot.processed = true\nroot.msg = deleted()";

/// Thirty methods of every kind.
const MIXED: &str = r#"
let words = this.msg.split(" ")
root.upper = this.service.uppercase()
root.title = this.msg.capitalize()
root.trimmed = this.msg.trim().trim_prefix("request ").trim_suffix("1")
root.words = $words.length()
root.long = $words.filter(w -> w.length() > 5).map_each(w -> w.slice(0, 5)).join("-")
root.sorted = $words.sort().unique()
root.region = this.msg.re_find_all("[a-z]+-[a-z]+-[0-9]").index(0)
root.masked = this.id.re_replace_all("[0-9]", "*")
root.ends = this.path.has_prefix("/api") && this.path.has_suffix("0")
root.contains = this.tags.contains("edge")
root.day = this.ts.ts_parse("2006-01-02T15:04:05.000Z").ts_format("2006-01-02")
root.unix = this.ts.ts_unix()
root.latency = this.latency_ms.round()
root.total = this.items.map_each(i -> i.qty * i.price).sum()
root.skus = this.items.map_each(i -> i.sku).join(",").hash("sha1").encode("hex")
root.keys = this.headers.keys().length()
root.headers = this.headers.filter(h -> h.key.has_suffix("1")).map_each_key(k -> k.replace_all("x-", ""))
root.geo = this.geo.without("lat", "lon").merge({"zone": this.geo.country + "-1"})
root.note = this.note | "none"
root.kind = match this.status { this >= 500 => "bad", this >= 400 => "wrong", _ => "good" }
root.encoded = this.msg.encode("base64").length()
root.json = this.user.format_json(no_indent: true).string()
root.quoted = "%s has %v items".format(this.user.name, this.items.length())
"#;

/// An event of so many headers and items; 260 bytes with none.
fn event(headers: usize, items: usize) -> String {
    let header = |i: usize| format!(r#""x-header-{i}":"value-{i}-7""#);
    let item = |i: usize| {
        format!(
            r#"{{"sku":"SKU-{i:05}","qty":{i},"price":3.99,"desc":"A moderately long product description text"}}"#
        )
    };
    let headers: Vec<String> = (0..headers).map(header).collect();
    let items: Vec<String> = (0..items).map(item).collect();
    format!(
        r#"{{"id":"evt-000000007","ts":"2026-03-01T00:00:00.000Z","level":"warn","service":"checkout","user":{{"id":7,"name":"dave","vip":true}},"latency_ms":65.193,"status":200,"path":"/api/v1/items/0","tags":["a","b","edge"],"msg":"request completed in region eu-west-1","headers":{{{}}},"items":[{}],"geo":{{"lat":51.5,"lon":-0.12,"city":"London","country":"GB"}}}}"#,
        headers.join(","),
        items.join(",")
    )
}

fn mappings(criterion: &mut Criterion) {
    let (small, medium, big) = (event(0, 0), event(9, 5), event(20, 10));
    let mut group = criterion.benchmark_group("mapping");
    for (name, mapping, document) in [
        ("map7", MAP7, &small),
        ("rootthis_small", ROOT_THIS, &small),
        ("rootthis_big", ROOT_THIS, &big),
        ("mixed30_1k", MIXED, &medium),
        ("upper", "root = content().uppercase()", &small),
    ] {
        let mapping = Mapping::compile(mapping).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        group.throughput(Throughput::Bytes(document.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let batch = batch_of(Message::from_bytes(document.clone()));
                let mapped = mapping.map(&batch, 0).unwrap_or_else(|error| panic!("{name}: {error}"));
                mapped.map_or(0, |message| message.bytes().len())
            });
        });
    }
    group.finish();
}

fn compiling(criterion: &mut Criterion) {
    criterion.bench_function("compile/mixed30", |bencher| bencher.iter(|| Mapping::compile(MIXED).is_ok()));
}

criterion_group!(kernels, mappings, compiling);
criterion_main!(kernels);
