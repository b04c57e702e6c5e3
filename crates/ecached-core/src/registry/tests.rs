//! Registering, replacing, configuring.

use super::*;
use crate::backend::Null;
use std::time::Duration;

fn registry() -> Registry {
    let registry = Registry::new();
    registry.register_scheme("null", |url| match url.options().next() {
        Some((name, _)) => Err(url.unknown_option(name, &["none"])),
        None => Ok(Null.into()),
    });
    registry
}

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn an_alias_is_taken_once_and_the_default_can_be_replaced() {
    let registry = registry();
    registry.register("a", Null).unwrap();
    assert_eq!(kind(registry.register("a", Null)), Some(ErrorKind::AliasExists));
    assert_eq!(kind(registry.register("", Null)), Some(ErrorKind::InvalidName));
    registry.set_default(Null).unwrap();
    let slot = registry.slot(DEFAULT_ALIAS).unwrap();
    let settings = Settings::default().with_timeout(Some(Duration::from_secs(1)));
    registry.set_default_with(Null, settings.clone()).unwrap();
    assert_eq!(slot.cache().settings(), &settings, "who has the old place finds the new backend");
    assert_eq!(registry.get(DEFAULT_ALIAS).unwrap().settings(), &settings);
}

#[test]
fn the_embedded_default_gives_way_to_a_registered_one() {
    let registry = registry();
    registry.open_default_with(|| Null.into());
    registry.get(DEFAULT_ALIAS).unwrap();
    registry.register(DEFAULT_ALIAS, Null).unwrap();
    assert_eq!(kind(registry.register(DEFAULT_ALIAS, Null)), Some(ErrorKind::AliasExists));
}

#[test]
fn an_unknown_alias_is_an_error_that_names_the_known_ones() {
    let registry = registry();
    registry.register("redis", Null).unwrap();
    let error = registry.get("reids").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownAlias);
    assert_eq!(
        error.to_string(),
        "no cache is registered as `reids`: known are redis (alias: reids)"
    );
}

#[test]
fn a_configuration_is_taken_as_a_whole_or_not_at_all() {
    let registry = registry();
    let settings = "key_prefix=app%3A&timeout=250ms&wait=2";
    registry.configure(&Config::new().with_url("a", &format!("null://?{settings}"))).unwrap();
    let cache = registry.get("a").unwrap();
    assert_eq!(cache.settings().key_prefix, "app:");
    assert_eq!(cache.settings().timeout, Some(Duration::from_millis(250)));
    assert_eq!(cache.settings().wait, Duration::from_secs(2));
    let bad = Config::new().with_url("b", "null://").with_url("c", "nil://");
    let error = registry.configure(&bad).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown backend `nil`: known are null; others need a feature of their crate, as `redis` of ecached (alias: c)"
    );
    assert_eq!(registry.aliases(), ["a"]);
}

#[test]
fn bad_urls_and_options_are_refused() {
    let invalid = Some(ErrorKind::InvalidConfig);
    for url in [
        "",
        "null",
        "://",
        "null://?x",
        "null://?x=1",
        "null://?codec=xml",
        "null://?compress=zip",
        "null://?compress_above=1TiB",
        "null://?compress_above=",
        "null://?signing_keys=",
        "null://?signing_keys=00ff",
        "null://?wait=1&wait=2",
        "null://?wait=-1",
    ] {
        assert_eq!(kind(registry().configure(&Config::new().with_url("a", url))), invalid, "{url}");
    }
    let zero = Config::new().with_url("a", "null://?timeout=0");
    assert_eq!(kind(registry().configure(&zero)), Some(ErrorKind::InvalidTimeout));
}

#[test]
fn tables_and_json_are_configurations_too() {
    let config: Config =
        toml::from_str("[a]\nbackend = \"null\"\ntimeout = 60\n[b]\nurl = \"null://\"").unwrap();
    let registry = registry();
    registry.configure(&config).unwrap();
    assert_eq!(registry.get("a").unwrap().settings().timeout, Some(Duration::from_secs(60)));
    let both: Config =
        serde_json::from_str(r#"{"c": {"backend": "null", "url": "null://"}}"#).unwrap();
    assert_eq!(kind(registry.configure(&both)), Some(ErrorKind::InvalidConfig));
}

#[test]
fn passwords_are_not_in_debug_output() {
    let url: BackendUrl = "redis://user:secret@host/0?x=secret".parse().unwrap();
    assert!(!format!("{url:?}").contains("secret"));
    let config = Config::new().with_url("a", "redis://user:secret@host");
    assert!(!format!("{config:?}").contains("secret"));
}

#[test]
fn entries_are_configured() {
    let settings = |url: &str| -> Result<Settings> {
        let registry = registry();
        registry.configure(&Config::new().with_url("a", url))?;
        Ok(registry.get("a")?.settings().clone())
    };
    let size = |text: &str| {
        settings(&format!("null://?compress=none&compress_above={text}")).unwrap().compress_above
    };
    assert_eq!(["0", "1000", "4KiB", "1 MiB"].map(size), [0, 1000, 4096, 1 << 20]);
    #[cfg(feature = "postcard")]
    assert_eq!(settings("null://?codec=postcard").unwrap().codec, crate::Codec::Postcard);
    let lz4 = settings("null://?compress=lz4");
    #[cfg(feature = "lz4")]
    assert_eq!(lz4.unwrap().compression, crate::Compression::Lz4);
    #[cfg(not(feature = "lz4"))]
    assert!(lz4.unwrap_err().to_string().contains("with the feature"));
}

/// Without the feature, keys are refused rather than ignored.
#[test]
fn signing_keys_are_configured_and_never_shown() {
    let (one, other) = ("a7".repeat(32), "b9".repeat(40));
    let table = format!("[a]\nbackend = \"null\"\nsigning_keys = \"{one}, {other}\"");
    let config: Config = toml::from_str(&table).unwrap();
    let AliasConfig::Table(table) = config.aliases().next().unwrap().1 else { panic!("a table") };
    let registry = registry();
    let configured = registry.configure(&config);
    let shown = format!("{config:?} {:?} {configured:?}", table.options);
    assert!(!shown.contains("a7a7") && !shown.contains("b9b9"), "{shown}");
    #[cfg(feature = "hmac")]
    {
        let cache = registry.get("a").unwrap();
        let key = |digits: &str| crate::SigningKey::from_hex(digits).unwrap();
        let expected = Settings::default().with_signing_keys([key(&one), key(&other)]);
        assert_eq!(cache.settings(), &expected);
        assert_ne!(cache.settings(), &Settings::default());
        let shown = format!("{:?} {cache:?}", cache.settings());
        assert!(!shown.contains("a7") && !shown.contains("167"), "{shown}");
        let bad = Config::new().with_url("b", "null://?signing_keys=a7a7zz");
        let error = registry.configure(&bad).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("a7"), "{error}");
    }
    #[cfg(not(feature = "hmac"))]
    assert!(configured.unwrap_err().to_string().contains("needs the feature `hmac`"));
}
