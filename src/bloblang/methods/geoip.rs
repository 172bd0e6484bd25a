//! Looking addresses up in MaxMind databases.

use std::sync::{Arc, OnceLock};

use super::target::string;
use crate::bloblang::Environment;
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::geoip::shapes::{
    ANONYMOUS_IP, ASN, CITY, CONNECTION_TYPE, COUNTRY, DOMAIN, ENTERPRISE, ISP,
};
use crate::bloblang::geoip::{Database, Lookup};
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result, Status};

pub const METHODS: &[&MethodSpec] = &[
    &method("geoip_anonymous_ip", |args, env| prepared(&ANONYMOUS_IP, args, env)),
    &method("geoip_asn", |args, env| prepared(&ASN, args, env)),
    &method("geoip_city", |args, env| prepared(&CITY, args, env)),
    &method("geoip_connection_type", |args, env| prepared(&CONNECTION_TYPE, args, env)),
    &method("geoip_country", |args, env| prepared(&COUNTRY, args, env)),
    &method("geoip_domain", |args, env| prepared(&DOMAIN, args, env)),
    &method("geoip_enterprise", |args, env| prepared(&ENTERPRISE, args, env)),
    &method("geoip_isp", |args, env| prepared(&ISP, args, env)),
];

const PATH: &[Param] = &[Param::string("path", "The path of the database, a file of MaxMind's format.")];

const EXAMPLES: &[Example] = &[
    Example {
        mapping: "root = this.ip.geoip_city(this.database).Country.IsoCode.catch(\"no database\")",
        cases: &[(r#"{"ip":"203.0.113.7","database":"no/such.mmdb"}"#, "no database")],
    },
    Example {
        mapping: "root = this.ip.geoip_asn(this.database).AutonomousSystemNumber",
        cases: &[(r#"{"ip":"203.0.113.7","database":"/dev/null"}"#, "Error")],
    },
];

const fn method(
    name: &'static str,
    prepare: fn(&Args<'_>, &Environment) -> Result<PreparedMethod>,
) -> MethodSpec {
    MethodSpec::new(name, "GeoIP", MethodRun::Prepared(prepare))
        .status(Status::Experimental)
        .doc("What a MaxMind database of this kind tells of an address; of one that it does not know all fields are empty. A database with a constant path is read once, at the latest for the first address.")
        .params(Params::Named(PATH))
        .examples(EXAMPLES)
}

/// Opens the database, or where the file is not there yet leaves that to the first lookup.
fn prepared(lookup: &'static Lookup, args: &Args<'_>, environment: &Environment) -> Result<PreparedMethod> {
    let (path, host) = (args.str(0).to_owned(), environment.host.clone());
    let database = OnceLock::new();
    if let Ok(content) = host.read_file(&path) {
        let opened = Database::open(content).map_err(|error| error.context(path.as_str()))?;
        database.get_or_init(|| opened);
    }
    Ok(Arc::new(move |target, _| {
        let address = string(&target)?;
        if let Some(database) = database.get() {
            return database.find(&address, lookup);
        }
        let content = host.read_file(&path).map_err(Error::new)?;
        let opened = Database::open(content).map_err(|error| error.context(path.as_str()))?;
        database.get_or_init(|| opened).find(&address, lookup)
    }))
}
