//! The law's own reference tables, held against the same facts from elsewhere.

use std::{collections::BTreeSet, fs, path::Path};

use domain::policy::Policy;
use jiff::{ToSpan as _, civil::Date};
use serde_json::Value;

use crate::home::{root, shared_data};

fn policy() -> Policy {
    rules::load(&root().join("policy")).policy.expect("a policy without faults")
}

/// A file of facts, or none and a word about it.
fn read(folder: &Path, name: &str) -> Option<String> {
    let path = folder.join(name);
    let text = fs::read_to_string(&path);
    text.inspect_err(|why| println!("skipped: {}: {why}", path.display())).ok()
}

#[test]
fn working_days_are_those_that_others_wrote_down() {
    let (policy, Some(folder)) = (policy(), shared_data()) else { return };
    for (year, count) in [(2024, 251), (2025, 248), (2026, 248)] {
        let Some(text) = read(&folder, &format!("holiday_cn_{year}.json")) else { continue };
        let listed: Value = serde_json::from_str(&text).unwrap();
        let days = listed["days"].as_array().unwrap();
        let of = |day: &Value| day["date"].as_str().unwrap().parse::<Date>().unwrap();
        let first = Date::new(year, 1, 1).unwrap();
        let mut working = 0;
        for day in first.series(1.day()).take_while(|day| day.year() == year) {
            let listed = days.iter().find(|one| of(one) == day);
            let weekend = 5 < day.weekday().to_monday_one_offset();
            let expected = listed.map_or(!weekend, |one| one["isOffDay"] == false);
            assert_eq!(policy.calendar.is_working_day(day).unwrap(), expected, "{day}");
            working += i32::from(expected);
        }
        println!("{year}: {working} working days, day by day as listed");
        assert_eq!(working, count);
    }
}

#[test]
fn every_county_of_today_is_a_division() {
    let (policy, Some(folder)) = (policy(), shared_data()) else { return };
    let Some(text) = read(&folder, "china_division_areas.csv") else { return };
    let list = &policy.codes["divisions"];
    let of_file = |line: &str| -> (String, String) {
        let mut cells = line.split(',').map(|cell| cell.trim_matches('"').to_owned());
        (cells.next().unwrap(), cells.next().unwrap())
    };
    let wrong: Vec<String> = text
        .lines()
        .skip(1)
        .map(of_file)
        .filter(|(code, name)| {
            let entry = list.find(code);
            // One of several of the same name bears its city's before it.
            entry
                .is_none_or(|entry| entry.code != *code || !entry.label.zh.ends_with(name.as_str()))
        })
        .map(|(code, name)| format!("{code} {name}"))
        .collect();
    println!("{} counties, {} not as here: {wrong:?}", text.lines().count() - 1, wrong.len());
    assert!(wrong.is_empty());
}

#[test]
fn a_district_without_a_polygon_is_a_district_all_the_same() {
    let (policy, Some(folder)) = (policy(), shared_data()) else { return };
    let Some(text) = read(&folder, "geo_pingdingshan_echarts_cities.geojson") else { return };
    let map: Value = serde_json::from_str(&text).unwrap();
    let drawn = map["features"].as_array().unwrap().iter();
    let drawn: BTreeSet<&str> =
        drawn.map(|one| one["properties"]["name"].as_str().unwrap()).collect();
    let districts = &policy.places["pingdingshan"].districts;
    let with = |outline: bool| -> BTreeSet<&str> {
        let those = districts.iter().filter(|one| one.outline.is_some() == outline);
        those.map(|one| one.label.zh.as_str()).collect()
    };
    assert_eq!(with(true), drawn);
    let codes: Vec<&str> =
        districts.iter().filter(|one| one.outline.is_none()).map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["410471", "410472"]);
    assert!(districts.iter().filter(|one| one.outline.is_none()).all(|one| one.local_code));
}
