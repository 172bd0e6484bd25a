//! `json_schema`: checks documents against a schema.

use std::path::Path;

use crate::bloblang::methods::schema::Schema;
use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, Message};

const SCHEMA: Field<Option<String>> = field("schema").doc("The schema itself.");
const SCHEMA_PATH: Field<Option<String>> =
    field("schema_path").doc("Where the schema is instead: `file://` and a path.");

pub const JSON_SCHEMA: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "json_schema")
        .categories(&["Mapping"])
        .summary("Checks the document of each message against a JSON schema.")
        .description("A message that does not conform is flagged, with a line for each violation, and stays as it is. Schemas may refer to other files.")
        .fields(&[&SCHEMA, &SCHEMA_PATH])
        .examples(&[Example {
            title: "Orders need an id",
            config: "json_schema:\n  schema: '{ \"type\": \"object\", \"required\": [ \"id\" ] }'\n",
        }]),
    build: |conf, _| Ok(Box::new(JsonSchema(read(conf)?))),
    silent: false,
};

struct JsonSchema(Schema);

fn read(conf: &Conf) -> Built<Schema> {
    let path = conf.get(&SCHEMA_PATH)?.filter(|path| !path.is_empty());
    let (text, base) = match (path, conf.get(&SCHEMA)?.filter(|text| !text.is_empty())) {
        (Some(path), _) => {
            let error = |what: String| conf.error(&SCHEMA_PATH, what);
            let file = path.strip_prefix("file://").map(Path::new);
            let file = file.ok_or_else(|| error(format!("'{path}' does not begin with file://")))?;
            let text = std::fs::read_to_string(file).map_err(|e| error(format!("{path}: {e}")))?;
            let whole = std::path::absolute(file).map_err(|e| error(format!("{path}: {e}")))?;
            (text, Some(format!("file://{}", whole.display())))
        }
        (None, Some(text)) => (text, None),
        (None, None) => return Err(conf.error(&SCHEMA, "one of schema and schema_path is needed").into()),
    };
    Ok(Schema::parse(&text, base)?)
}

impl JsonSchema {
    fn check(&self, message: &Message) -> Result<(), String> {
        let document = message.structured().map_err(|error| error.to_string())?;
        self.0.check(document)
    }
}

impl Processor for JsonSchema {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        for message in &mut batch {
            if let Err(error) = self.check(message) {
                message.fail(error);
            }
        }
        Step::one(batch)
    }
}
