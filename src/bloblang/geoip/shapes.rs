//! The lookups, the databases that have them, and what their records look like.

use super::Field::{self, Flag, Names, Number, Record, Records, Text};

/// The fields of a record: their names in the result and in the database, and what they are.
pub type Shape = &'static [(&'static str, &'static str, Field)];

/// One kind of question to a database.
#[derive(Debug)]
pub struct Lookup {
    pub what: &'static str,
    /// The types of the databases that answer it.
    pub kinds: &'static [&'static str],
    pub shape: Shape,
}

/// All types of databases.
pub(super) const KINDS: &[&str] = &[
    "GeoIP2-Anonymous-IP",
    "DBIP-ASN-Lite (compat=GeoLite2-ASN)",
    "GeoLite2-ASN",
    "DBIP-City-Lite",
    "DBIP-Country-Lite",
    "DBIP-Country",
    "DBIP-Location (compat=City)",
    "GeoLite2-City",
    "GeoIP-City-Redacted-US",
    "GeoIP2-City",
    "GeoIP2-City-Africa",
    "GeoIP2-City-Asia-Pacific",
    "GeoIP2-City-Europe",
    "GeoIP2-City-North-America",
    "GeoIP2-City-South-America",
    "GeoIP2-Precision-City",
    "GeoLite2-Country",
    "GeoIP2-Country",
    "GeoIP2-Connection-Type",
    "GeoIP2-Domain",
    "DBIP-ISP (compat=Enterprise)",
    "DBIP-Location-ISP (compat=Enterprise)",
    "GeoIP-Enterprise-Redacted-US",
    "GeoIP2-Enterprise",
    "GeoIP2-ISP",
    "GeoIP2-Precision-ISP",
];

const CITIES: &[&str] = &[
    "DBIP-City-Lite",
    "DBIP-Country-Lite",
    "DBIP-Country",
    "DBIP-Location (compat=City)",
    "GeoLite2-City",
    "GeoIP-City-Redacted-US",
    "GeoIP2-City",
    "GeoIP2-City-Africa",
    "GeoIP2-City-Asia-Pacific",
    "GeoIP2-City-Europe",
    "GeoIP2-City-North-America",
    "GeoIP2-City-South-America",
    "GeoIP2-Precision-City",
    "GeoLite2-Country",
    "GeoIP2-Country",
    "DBIP-ISP (compat=Enterprise)",
    "DBIP-Location-ISP (compat=Enterprise)",
    "GeoIP-Enterprise-Redacted-US",
    "GeoIP2-Enterprise",
];

const ENTERPRISES: &[&str] = &[
    "DBIP-ISP (compat=Enterprise)",
    "DBIP-Location-ISP (compat=Enterprise)",
    "GeoIP-Enterprise-Redacted-US",
    "GeoIP2-Enterprise",
];

const ID: (&str, &str, Field) = ("GeoNameID", "geoname_id", Number);
const NAMES: (&str, &str, Field) = ("Names", "names", Names);
const ISO_CODE: (&str, &str, Field) = ("IsoCode", "iso_code", Text);
const IN_UNION: (&str, &str, Field) = ("IsInEuropeanUnion", "is_in_european_union", Flag);
const CONFIDENCE: (&str, &str, Field) = ("Confidence", "confidence", Number);
const AS_NUMBER: (&str, &str, Field) = ("AutonomousSystemNumber", "autonomous_system_number", Number);
const AS_ORGANIZATION: (&str, &str, Field) =
    ("AutonomousSystemOrganization", "autonomous_system_organization", Text);

const CONTINENT: Shape = &[("Code", "code", Text), ID, NAMES];
const COUNTRY_SHAPE: Shape = &[ID, IN_UNION, ISO_CODE, NAMES];
const SURE_COUNTRY: Shape = &[CONFIDENCE, ID, IN_UNION, ISO_CODE, NAMES];
const REPRESENTED: Shape = &[ID, IN_UNION, ISO_CODE, NAMES, ("Type", "type", Text)];
const LOCATION: Shape = &[
    ("AccuracyRadius", "accuracy_radius", Number),
    ("Latitude", "latitude", Number),
    ("Longitude", "longitude", Number),
    ("MetroCode", "metro_code", Number),
    ("TimeZone", "time_zone", Text),
];
const TRAITS: Shape = &[
    ("IsAnonymousProxy", "is_anonymous_proxy", Flag),
    ("IsAnycast", "is_anycast", Flag),
    ("IsSatelliteProvider", "is_satellite_provider", Flag),
];

pub const CITY: Lookup = Lookup {
    what: "the city",
    kinds: CITIES,
    shape: &[
        ("City", "city", Record(&[ID, NAMES])),
        ("Continent", "continent", Record(CONTINENT)),
        ("Country", "country", Record(COUNTRY_SHAPE)),
        ("Location", "location", Record(LOCATION)),
        ("Postal", "postal", Record(&[("Code", "code", Text)])),
        ("RegisteredCountry", "registered_country", Record(COUNTRY_SHAPE)),
        ("RepresentedCountry", "represented_country", Record(REPRESENTED)),
        ("Subdivisions", "subdivisions", Records(&[ID, ISO_CODE, NAMES])),
        ("Traits", "traits", Record(TRAITS)),
    ],
};

pub const COUNTRY: Lookup = Lookup {
    what: "the country",
    kinds: CITIES,
    shape: &[
        ("Continent", "continent", Record(CONTINENT)),
        ("Country", "country", Record(COUNTRY_SHAPE)),
        ("RegisteredCountry", "registered_country", Record(COUNTRY_SHAPE)),
        ("RepresentedCountry", "represented_country", Record(REPRESENTED)),
        ("Traits", "traits", Record(TRAITS)),
    ],
};

pub const ENTERPRISE: Lookup = Lookup {
    what: "what an enterprise wants to know",
    kinds: ENTERPRISES,
    shape: &[
        ("City", "city", Record(&[CONFIDENCE, ID, NAMES])),
        ("Continent", "continent", Record(CONTINENT)),
        ("Country", "country", Record(SURE_COUNTRY)),
        ("Location", "location", Record(LOCATION)),
        ("Postal", "postal", Record(&[("Code", "code", Text), CONFIDENCE])),
        ("RegisteredCountry", "registered_country", Record(SURE_COUNTRY)),
        ("RepresentedCountry", "represented_country", Record(REPRESENTED)),
        ("Subdivisions", "subdivisions", Records(&[CONFIDENCE, ID, ISO_CODE, NAMES])),
        (
            "Traits",
            "traits",
            Record(&[
                AS_NUMBER,
                AS_ORGANIZATION,
                ("ConnectionType", "connection_type", Text),
                ("Domain", "domain", Text),
                ("ISP", "isp", Text),
                ("IsAnonymousProxy", "is_anonymous_proxy", Flag),
                ("IsAnycast", "is_anycast", Flag),
                ("IsLegitimateProxy", "is_legitimate_proxy", Flag),
                ("IsSatelliteProvider", "is_satellite_provider", Flag),
                ("MobileCountryCode", "mobile_country_code", Text),
                ("MobileNetworkCode", "mobile_network_code", Text),
                ("Organization", "organization", Text),
                ("StaticIPScore", "static_ip_score", Number),
                ("UserType", "user_type", Text),
            ]),
        ),
    ],
};

pub const ANONYMOUS_IP: Lookup = Lookup {
    what: "whether somebody hides behind an address",
    kinds: &["GeoIP2-Anonymous-IP"],
    shape: &[
        ("IsAnonymous", "is_anonymous", Flag),
        ("IsAnonymousVPN", "is_anonymous_vpn", Flag),
        ("IsHostingProvider", "is_hosting_provider", Flag),
        ("IsPublicProxy", "is_public_proxy", Flag),
        ("IsResidentialProxy", "is_residential_proxy", Flag),
        ("IsTorExitNode", "is_tor_exit_node", Flag),
    ],
};

pub const ASN: Lookup = Lookup {
    what: "the autonomous system",
    kinds: &["DBIP-ASN-Lite (compat=GeoLite2-ASN)", "GeoLite2-ASN", "GeoIP2-ISP", "GeoIP2-Precision-ISP"],
    shape: &[AS_NUMBER, AS_ORGANIZATION],
};

pub const CONNECTION_TYPE: Lookup = Lookup {
    what: "the kind of connection",
    kinds: &["GeoIP2-Connection-Type"],
    shape: &[("ConnectionType", "connection_type", Text)],
};

pub const DOMAIN: Lookup =
    Lookup { what: "the domain", kinds: &["GeoIP2-Domain"], shape: &[("Domain", "domain", Text)] };

pub const ISP: Lookup = Lookup {
    what: "the provider",
    kinds: &["GeoIP2-ISP", "GeoIP2-Precision-ISP"],
    shape: &[
        AS_NUMBER,
        AS_ORGANIZATION,
        ("ISP", "isp", Text),
        ("MobileCountryCode", "mobile_country_code", Text),
        ("MobileNetworkCode", "mobile_network_code", Text),
        ("Organization", "organization", Text),
    ],
};
