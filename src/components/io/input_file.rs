//! `file`: the contents of files, one after another.

use super::files::Files;
use crate::component::{AUTO_REPLAY_NACKS, Built, Context, InputBuild, InputSpec, SourceSetup, expand};
use crate::components::scan::{CODEC, MAX_BUFFER, SCANNER, scanner};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::value::Str;

const PATHS: Field<Vec<Str>> = field("paths")
    .doc("The files, read in this order. Wildcards are allowed, also `**` for any number of folders.");
const DELETE_ON_FINISH: Field<bool> = field("delete_on_finish")
    .default(false)
    .advanced()
    .doc("Whether a file is deleted once all its messages are delivered.");

pub const FILE: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "file")
        .categories(&["Local"])
        .summary("Reads files and cuts them into messages.")
        .description("Wildcards are expanded once, when the input starts; it ends with the last file. A file that cannot be opened is tried again until it can. Each message has the metadata `path`, `mod_time_unix` and `mod_time` (RFC 3339).")
        .fields(&[&PATHS, &CODEC, &MAX_BUFFER, &SCANNER, &DELETE_ON_FINISH, &AUTO_REPLAY_NACKS])
        .examples(&[Example {
            title: "Take over an inbox of tables",
            config: "file:\n  paths: [ inbox/**/*.csv ]\n  scanner: { csv: {} }\n  delete_on_finish: true\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let paths = expand(&conf.get(&PATHS)?).map_err(|error| conf.error(&PATHS, error))?;
        let files = Files::new(paths, scanner(conf, cx)?, conf.get(&DELETE_ON_FINISH)?, cx);
        Ok(SourceSetup { source: Box::new(files), auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{context, input, read_all};

    #[tokio::test]
    async fn files_are_read_in_order_and_deleted_when_delivered() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        for (name, text) in [("a", "one\ntwo\n"), ("b", ""), ("c", "three")] {
            std::fs::write(path(name), text).expect("written");
        }
        let cx = context();
        let conf = format!("file: {{ paths: [ '{}/*' ], delete_on_finish: true }}", folder.path().display());
        let read = read_all(&mut *input(&cx, &conf)).await;
        let texts: Vec<_> = read.iter().map(|m| String::from_utf8_lossy(m.bytes()).into_owned()).collect();
        assert_eq!(texts, ["one", "two", "three"]);
        assert_eq!(read[2].meta().get("path").and_then(|v| v.as_str()), Some(path("c").as_str()));
        let time = read[0].meta().get("mod_time").and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
        cx.environment().tasks.ended().await;
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
    }

    #[tokio::test]
    async fn a_file_that_breaks_off_is_kept_and_the_next_one_read() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("a", "1\nlonger than the limit\n"), ("b", "2\n")] {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let cx = context();
        let conf = format!(
            "file: {{ paths: [ '{}/*' ], delete_on_finish: true, scanner: {{ lines: {{ max_buffer_size: 5 }} }} }}",
            folder.path().display()
        );
        assert_eq!(read_all(&mut *input(&cx, &conf)).await.len(), 2);
        cx.environment().tasks.ended().await;
        assert!(folder.path().join("a").exists() && !folder.path().join("b").exists());
    }
}
