use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let variables = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Config::from_env(&variables).map_err(|problems| problems.0)
}

fn problems(pairs: &[(&str, &str)]) -> Vec<String> {
    read(pairs).err().unwrap_or_default()
}

#[test]
fn an_empty_environment_works_on_one_machine() {
    let config = read(&[]).unwrap();
    assert_eq!((config.port, config.hosted, config.in_azure), (7071, false, false));
    assert_eq!(config.store, StoreKind::Embedded);
    assert_eq!(config.keys, PathBuf::from("./data/keys"));
    assert_eq!(config.anchor, PathBuf::from("./data/anchor"));
    assert_eq!(config.limits.body_bytes, crate::http::BODY_BYTES_MAX);
    assert!(config.limits.idle > Duration::from_secs(60), "longer than the host's own idle time");
}

#[test]
fn the_directories_follow_the_data_unless_set() {
    let config = read(&[("CONTINUITY_DATA", "/d"), ("CONTINUITY_ANCHOR", "/a")]).unwrap();
    assert_eq!(config.keys, PathBuf::from("/d/keys"));
    assert_eq!(config.anchor, PathBuf::from("/a"));
}

#[test]
fn the_hosts_port_wins() {
    let config = read(&[("CONTINUITY_PORT", "8000"), (HOST_PORT, "41733")]).unwrap();
    assert_eq!((config.port, config.hosted), (41733, true));
    assert_eq!(problems(&[(HOST_PORT, "0")]).len(), 1);
    assert_eq!(problems(&[(HOST_PORT, "x")]).len(), 1);
}

#[test]
fn a_port_is_0_to_65535() {
    assert_eq!(read(&[("CONTINUITY_PORT", "0")]).unwrap().port, 0);
    assert_eq!(read(&[("CONTINUITY_PORT", "65535")]).unwrap().port, 65535);
    for port in ["65536", "-1", "x", "7071.0"] {
        assert_eq!(problems(&[("CONTINUITY_PORT", port)]).len(), 1, "{port}");
    }
}

#[test]
fn in_azure_the_store_must_be_named_and_must_not_be_embedded() {
    for sign in AZURE_SIGNS {
        assert!(problems(&[(sign, "x")])[0].contains("must be set in Azure"), "{sign}");
        let embedded = problems(&[(sign, "x"), ("CONTINUITY_STORE", "embedded")]);
        assert!(embedded[0].contains("throws away"), "{sign}");
        assert!(read(&[(sign, "x"), ("CONTINUITY_STORE", "azure")]).unwrap().in_azure);
    }
    assert_eq!(read(&[("CONTINUITY_STORE", "azure")]).unwrap().store, StoreKind::Azure);
    assert_eq!(problems(&[("CONTINUITY_STORE", "disk")]).len(), 1);
}

#[test]
fn an_unknown_setting_names_the_nearest_known_one() {
    let found = problems(&[("CONTINUITY_PROT", "1")]);
    assert_eq!(found, ["CONTINUITY_PROT is no setting; did you mean CONTINUITY_PORT?"]);
    assert!(read(&[("OTHER_THING", "1")]).is_ok());
}

#[test]
fn all_problems_are_told_at_once_without_their_values() {
    let found = problems(&[
        ("CONTINUITY_PORT", "canary"),
        ("CONTINUITY_FORCE", "canary"),
        ("CONTINUITY_ORIGIN", "can ary"),
        ("CONTINUITY_LOG", "canary=canary=canary"),
        ("CONTINUITY_TOKEN_MINUTES", "0"),
        ("CONTINUITY_STORE", "canary"),
        ("CONTINUITY_BODI_BYTES", "1"),
    ]);
    assert_eq!(found.len(), 7, "{found:#?}");
    assert!(found.iter().all(|problem| !problem.contains("canary")), "{found:#?}");
}

#[test]
fn numbers_hold_their_limits_on_both_sides() {
    for (name, least, most) in [
        ("CONTINUITY_BODY_BYTES", 1024, 1_048_576),
        ("CONTINUITY_CONNECTIONS", 1, 10_000),
        ("CONTINUITY_HEADER_SECONDS", 1, 60),
        ("CONTINUITY_IDLE_SECONDS", 1, 600),
        ("CONTINUITY_REQUEST_SECONDS", 1, 230),
        ("CONTINUITY_STALL_SECONDS", 1, 230),
        ("CONTINUITY_UPLOAD_SECONDS", 1, 3600),
        ("CONTINUITY_TRIGGER_SECONDS", 1, 3600),
        ("CONTINUITY_DRAIN_SECONDS", 1, 600),
        ("CONTINUITY_TOKEN_MINUTES", 1, 720),
    ] {
        for (value, fits) in [(least, true), (most, true), (least - 1, false), (most + 1, false)] {
            assert_eq!(read(&[(name, &value.to_string())]).is_ok(), fits, "{name}={value}");
        }
    }
}

#[test]
fn a_force_is_2_to_8_capitals_or_digits() {
    for (force, fits) in
        [("SM", true), ("SMP45678", true), ("S", false), ("SMP456789", false), ("smp", false)]
    {
        assert_eq!(read(&[("CONTINUITY_FORCE", force)]).is_ok(), fits, "{force}");
    }
}

#[test]
fn the_table_is_sorted_and_its_defaults_are_accepted() {
    assert!(SETTINGS.is_sorted_by_key(|setting| setting.name));
    let defaults: Vec<_> = SETTINGS.iter().filter_map(|s| Some((s.name, s.default?))).collect();
    assert!(read(&defaults).is_ok());
}

#[test]
fn the_example_file_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/local.settings.example.json");
    let kept = std::fs::read_to_string(path).expect("local.settings.example.json is in its place");
    assert_eq!(kept, local_settings_example());
}
