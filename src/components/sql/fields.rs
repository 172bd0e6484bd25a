//! The fields that all components of this folder have in common.

use crate::component::{JITTER, POLICY_FIELDS};
use crate::config::{AnyField, Conf, Duration, Field, field};
use crate::expr::Mapping;
use crate::value::Str;

pub const DRIVER: Field<Str> = field("driver")
    .options(&[
        "mysql",
        "postgres",
        "clickhouse",
        "mssql",
        "sqlite",
        "oracle",
        "snowflake",
        "trino",
        "gocosmos",
        "spanner",
        "duckdb",
        "pgx",
        "databricks",
    ])
    .doc("The kind of database. This build speaks to `sqlite`.");
pub const DSN: Field<Str> = field("dsn").doc(
    "Where the database is. For `sqlite` a path, `:memory:`, or a `file:` URI; settings follow a `?`, such as \
     `_pragma=journal_mode(WAL)`.",
);
pub const DATA_SOURCE_NAME: Field<Str> =
    field("data_source_name").doc("Where the database is, as the field `dsn` of `sql_raw` says it.");
pub const TABLE: Field<Str> = field("table").doc("The table.");
pub const COLUMNS: Field<Vec<Str>> = field("columns").at_least(1).doc("The columns.");
pub const QUERY: Field<Str> = field("query").doc("The statement; `?` stands for an argument.");
pub const UNSAFE_DYNAMIC_QUERY: Field<bool> = field("unsafe_dynamic_query").default(false).advanced().doc(
    "Whether interpolations in the query are carried out. What a message holds becomes part of the statement: \
     never do this with messages of strangers.",
);
pub const ARGS_MAPPING: Field<Option<Mapping>> =
    field("args_mapping").doc("A mapping to the list of the arguments, one for each placeholder.");
pub const WHERE: Field<Option<Str>> =
    field("where").doc("A condition on the rows; `?` stands for an argument.");
pub const PREFIX: Field<Option<Str>> = field("prefix").advanced().doc("A text before the statement.");
pub const SUFFIX: Field<Option<Str>> = field("suffix").advanced().doc("A text behind the statement.");
pub const MAX_IN_FLIGHT: Field<i64> =
    field("max_in_flight").default(64).doc("How many writes may be under way; with 1 the order is kept.");
/// The usual fields of a policy, and the jitter.
const BATCHING_FIELDS: &[&dyn AnyField] =
    &[POLICY_FIELDS[0], POLICY_FIELDS[1], POLICY_FIELDS[2], POLICY_FIELDS[3], POLICY_FIELDS[4], &JITTER];
pub const BATCHING: Field<Conf> =
    field("batching").fields(BATCHING_FIELDS).doc("When messages are joined into one write.");
pub const OPTIONS: Field<Option<Vec<Str>>> =
    field("options").advanced().doc("Words between `INSERT` and `INTO`, such as `OR IGNORE`.");

pub const INIT_FILES: Field<Option<Vec<Str>>> = field("init_files")
    .advanced()
    .doc("Files with statements that are run once the database is open; wildcards are allowed.");
pub const INIT_STATEMENT: Field<Option<Str>> = field("init_statement")
    .advanced()
    .doc("Statements that are run once the database is open, after the files.");
pub const INIT_VERIFY: Field<bool> =
    field("init_verify_conn").default(false).advanced().version("1.2.0").doc(
        "Whether a database that cannot be opened is a mistake of the config, rather than one to try again.",
    );
const IDLE_TIME: Field<Option<Duration>> = field("conn_max_idle_time")
    .advanced()
    .doc("How long an unused connection is kept. SQLite has one connection, which stays.");
const LIFE_TIME: Field<Option<Duration>> = field("conn_max_life_time")
    .advanced()
    .doc("How long a connection is used. SQLite has one connection, which stays.");
const MAX_IDLE: Field<i64> = field("conn_max_idle")
    .default(2)
    .advanced()
    .doc("How many unused connections are kept. SQLite has one connection.");
const MAX_OPEN: Field<Option<i64>> =
    field("conn_max_open").advanced().doc("How many connections there may be. SQLite has one.");
pub const SECRET_NAME: Field<Option<Str>> = field("secret_name")
    .advanced()
    .version("1.3.0")
    .doc("A secret of AWS with name and password; not for SQLite, which has none.");
pub const IAM_ENABLED: Field<bool> = field("iam_enabled")
    .default(false)
    .advanced()
    .version("1.8.0")
    .doc("Whether AWS names the user; not for SQLite, which has none.");
pub const AZURE: Field<Option<Conf>> = field("azure")
    .advanced()
    .version("1.10.0")
    .fields(&[&ENTRA_ENABLED, &TOKEN_REQUEST])
    .doc("Whether Azure names the user, and how; not for SQLite, which has none.");
pub const ENTRA_ENABLED: Field<bool> =
    field("entra_enabled").default(false).advanced().version("1.10.0").doc("Whether Azure names the user.");
const TOKEN_REQUEST: Field<Conf> = field("token_request_options")
    .advanced()
    .fields(&[&CLAIMS, &ENABLE_CAE, &SCOPES, &TENANT_ID])
    .doc("What a token is asked for with.");
const CLAIMS: Field<Str> =
    field("claims").default("").advanced().version("1.10.0").doc("Further claims of the token.");
const ENABLE_CAE: Field<bool> = field("enable_cae")
    .default(false)
    .advanced()
    .version("1.10.0")
    .doc("Whether the token may be revoked before it expires.");
const SCOPES: Field<Vec<Str>> = field("scopes")
    .default_list(&["https://ossrdbms-aad.database.windows.net/.default"])
    .advanced()
    .version("1.10.0")
    .doc("What the token is for.");
const TENANT_ID: Field<Str> =
    field("tenant_id").default("").advanced().version("1.10.0").doc("The tenant that gives the token.");
const REGION: Field<Str> = field("region").default("").advanced().doc("The region of AWS.");
const ENDPOINT: Field<Str> = field("endpoint").default("").advanced().doc("Another address for AWS.");
const CREDENTIALS: Field<Conf> = field("credentials")
    .advanced()
    .fields(&[&PROFILE, &ID, &SECRET, &TOKEN, &FROM_EC2_ROLE, &ROLE, &ROLE_EXTERNAL_ID, &EXPIRY_WINDOW])
    .doc("Who asks AWS.");
const PROFILE: Field<Str> =
    field("profile").default("").advanced().doc("A profile of the shared credentials.");
const ID: Field<Str> = field("id").default("").advanced().doc("The id of an access key.");
const SECRET: Field<Str> = field("secret").default("").advanced().secret().doc("Its secret.");
const TOKEN: Field<Str> =
    field("token").default("").advanced().doc("Its token, where it is a temporary one.");
const FROM_EC2_ROLE: Field<bool> =
    field("from_ec2_role").default(false).advanced().doc("Whether the role of the machine is taken.");
const ROLE: Field<Str> = field("role").default("").advanced().doc("A role to take.");
const ROLE_EXTERNAL_ID: Field<Str> =
    field("role_external_id").default("").advanced().doc("An id that the role asks for.");
const EXPIRY_WINDOW: Field<Str> =
    field("expiry_window").default("").advanced().doc("How long before they end credentials are renewed.");

/// The fields about the connection.
pub const CONNECTION: &[&dyn AnyField] = &[
    &INIT_FILES,
    &INIT_STATEMENT,
    &INIT_VERIFY,
    &IDLE_TIME,
    &LIFE_TIME,
    &MAX_IDLE,
    &MAX_OPEN,
    &SECRET_NAME,
    &IAM_ENABLED,
    &AZURE,
    &REGION,
    &ENDPOINT,
    &CREDENTIALS,
];

/// `own` fields and those about the connection. `N` is how many they are together.
pub const fn with_connection<const N: usize>(own: &[&'static dyn AnyField]) -> [&'static dyn AnyField; N] {
    let mut all: [&'static dyn AnyField; N] = [&DRIVER; N];
    let mut i = 0;
    while i < own.len() {
        all[i] = own[i];
        i += 1;
    }
    i = 0;
    while i < CONNECTION.len() {
        all[own.len() + i] = CONNECTION[i];
        i += 1;
    }
    all
}
