//! A small policy folder in which every kind of file occurs once.

const ADMINISTRATION: &str = include_str!("../../../../policy/access/administration.cedar");
const CONSOLE: &str = include_str!("../../../../policy/access/console.cedar");
const PUBLIC: &str = include_str!("../../../../policy/access/public.cedar");
const SUBJECT: &str = include_str!("../../../../policy/access/subject.cedar");
const MATTERS: &str = include_str!("../../../../policy/matters.toml");
const DEADLINES: &str = "";

const NAMES: &str = r#"
division_ending = ["市"]
former = ["曾用名"]
trading = ["DBA"]
filler = ["The"]
numbered = ["No"]
[[form]]
id = "limited"
words = ["有限公司", "Ltd"]
instrument = "示例规定"
verified = true
[[form]]
id = "shares"
words = ["股份公司"]
instrument = "示例规定"
verified = true
[[branch]]
words = ["分公司"]
instrument = "示例规定"
verified = true
[writing]
traditional = ["東东"]
instrument = "示例规定"
verified = true
"#;

const LINKAGE: &str = r#"
[[linkage]]
id = "organisation"
zh = "示例"
en = "Sample"
schemes = ["unit_name"]
exact = ["core"]
same = 10.0
review = 0.0
share = 0.001
limits = { most_in_block = 9, random_pairs = 9, learning_pairs = 9, most_rounds = 9, most_members = 9 }
instrument = "示例规定"
verified = true
[[linkage.field]]
name = "core"
zh = "示例"
en = "Sample"
of = "name"
derive = "core"
measure = "bigrams"
levels = [{ at_least = 1.0, m = 0.9, u = 0.1 }]
unlike = { m = 0.1, u = 0.9 }
[[linkage.key]]
parts = [{ field = "core", take = { first = 4 } }]
"#;

const COMMITMENTS: &str = r#"
[[template]]
id = "premises"
kind = "certificate"
zh = "示例"
en = "Sample"
subject_kinds = ["organisation"]
term = "age.minimum"
instrument = "示例规定"
verified = true
[[template.version]]
from = 2021-01-01
content = "示例"
liability = "示例"
"#;

/// The least a notice says.
macro_rules! notice {
    ($id:literal) => {
        notice!($id, "示例")
    };
    ($id:literal, $body:literal) => {
        concat!(
            "[[notice]]\nid = \"",
            $id,
            "\"\ntitle = \"示例\"\nbody = \"",
            $body,
            "\"\nremedies = false\n"
        )
    };
}

const NOTICES: &str = concat!(
    notice!("commitment_made", "满{age.minimum}周岁"),
    notice!("commitment"),
    notice!("repair_informed"),
    notice!("repair_accepted"),
    notice!("repair_completion"),
    notice!("repair_not_accepted"),
    notice!("repair_extended"),
    notice!("repair_granted"),
    notice!("repair_shielded"),
    notice!("repair_restored"),
    notice!("repair_refused"),
    notice!("repair_revoked"),
    notice!("objection_forwarded"),
    notice!("objection_not_accepted"),
    notice!("objection_answered"),
    notice!("objection_lapsed"),
    notice!("listing_notice"),
    notice!("listing_decided"),
    notice!("listing_dropped"),
    notice!("commitment_accepted"),
    notice!("commitment_not_accepted"),
    notice!("commitment_breach_told"),
    notice!("commitment_breach_found"),
    notice!("commitment_cleared"),
    notice!("commitment_appeal_upheld"),
    notice!("commitment_fulfilled"),
);
const WALLS: &str = include_str!("../../../../policy/walls.toml");

const DISCLOSURE: &str = r#"
[[class]]
name = "open"
public = "show"
subject = "show"
consent = "show"
officer = "show"
auditor = "show"
[[class]]
name = "sealed"
public = "withhold"
subject = "mask"
consent = "withhold"
officer = "mask"
auditor = "mask"
"#;

pub(super) const ITEM: &str = r#"
zh = "行政处罚"
en = "Penalty"
category = "行政管理信息"
about = { zh = "处罚", en = "A penalty" }
section = "penalties"
polarity = "negative"
openness = "public"
cycle = "event"
filter = "kinds"
providers = ["行政机关"]
subject_kinds = ["organisation", "natural_person"]
natural_key = ["document_number"]
[role]
subject_kind = "subject_kind"
document_number = "document_number"
decided_on = "decided_on"
penalty_kinds = "kinds"
simplified_procedure = "simplified_procedure"
fine = "fine"
[[basis]]
from = 2021-07-15
instrument = "《中华人民共和国行政处罚法》"
article = "第四十八条"
verified = true
[[field]]
code = "WSH"
name = "document_number"
zh = "文书号"
en = "Number"
type = "text"
max = 64
required = true
disclose = "open"
[[field]]
code = "LB"
name = "subject_kind"
zh = "类别"
en = "Kind"
type = "code:subject_kinds"
required = true
disclose = "open"
[[field]]
code = "ZJH"
name = "person_id"
zh = "证件号码"
en = "Identity number"
type = "person_id"
required_when = [[{ field = "subject_kind", is = ["natural_person"] }]]
empty_when = [{ field = "subject_kind", is_not = ["natural_person"] }]
disclose = "sealed"
[[field]]
code = "JDRQ"
name = "decided_on"
zh = "决定日期"
en = "Decided on"
type = "date"
required = true
disclose = "open"
[[field]]
code = "CFLB"
name = "kinds"
zh = "处罚类别"
en = "Kinds"
type = "codes:penalty_kinds"
disclose = "open"
[[field]]
code = "FKJE"
name = "fine"
zh = "罚款金额"
en = "Fine"
type = "money_wan"
required_when = [[{ field = "kinds", has = ["2"] }], [{ field = "simplified_procedure", is = [true] }]]
disclose = "open"
[[field]]
code = "JYCX"
name = "simplified_procedure"
zh = "简易程序"
en = "Simplified"
type = "flag"
disclose = "open"
[[check]]
rule = "not_future"
field = "decided_on"
[[check]]
rule = "minor"
level = "error"
field = "person_id"
on = "decided_on"
age = "age.minimum"
from = 2020-05-01
instrument = "《条例》"
article = "第三条"
verified = true
[publication]
rule = "classified"
when = [{ field = "fine", is_not = ["0"] }]
"#;

const CATEGORIES: &str = r#"
zh = "信息类别"
en = "Categories"
instrument = "《目录》"
verified = true
[[entry]]
code = "administration"
zh = "行政管理信息"
en = "Administrative acts"
[[entry]]
code = "outside"
zh = "目录以外"
en = "Outside"
[[entry]]
code = "foreign"
zh = "境外公开数据"
en = "Foreign"
parent = "outside"
"#;

const SUBJECT_KINDS: &str = r#"
zh = "类别"
en = "Kind"
instrument = "《标准》"
verified = true
[[entry]]
code = "organisation"
zh = "法人及非法人组织"
en = "Organisation"
[[entry]]
code = "natural_person"
zh = "自然人"
en = "Natural person"
"#;

const PENALTY_KINDS: &str = r#"
zh = "处罚类别"
en = "Penalty kinds"
instrument = "《中华人民共和国行政处罚法》"
article = "第九条"
verified = true
"#;

const PENALTY_KINDS_ROWS: &str = "\
code,zh,en,aliases,from,until,parent
1,警告,Warning,警告处罚|训诫,,,
2,罚款,Fine,,2021-07-15,,
";

const AGE: &str = r#"
[minimum]
zh = "最低年龄"
en = "Minimum age"
unit = "years"
[[minimum.value]]
from = 2020-05-01
until = 2023-12-31
value = 16
instrument = "《条例》"
article = "第一条"
verified = true
[[minimum.value]]
from = 2024-01-01
value = 18
instrument = "《条例》"
article = "第一条"
"#;

const GENERATION: &str = r#"
id = "order36"
zh = "现行"
en = "Current"
from = 2026-04-01
instrument = "《信用修复管理办法》"
article = "第一条"
verified = true
simplified = "minor"
simplified_kinds = ["1", "2"]
[[class]]
id = "minor"
zh = "轻微"
en = "Minor"
published = false
minimum_months = 0
maximum_months = 3
article = "第二条"
verified = true
[[class]]
id = "general"
zh = "一般"
en = "General"
published = true
minimum_months = 3
maximum_months = 12
article = "第二条"
verified = true
[[kind]]
code = "1"
class = "minor"
[[kind]]
code = "2"
class = "general"
"#;

const CALENDAR: &str = r#"
year = 2026
instrument = "通知"
verified = true
off = [2026-01-01, 2026-01-02]
working = [
  2026-01-04,
]
"#;

const PLACE: &str = r#"
zh = "平顶山市"
en = "Pingdingshan"
division = "410400"
operator = { zh = "中心", en = "Centre" }
"#;

const DISTRICTS: &str = r#"
[[district]]
code = "410402"
zh = "新华区"
en = "Xinhua"
[[district]]
code = "gxq"
zh = "高新区"
en = "High-tech zone"
local_code = true
"#;

const DEPARTMENTS: &str = r#"
[[department]]
id = "scjg"
zh = "市场监督管理局"
en = "Market regulation"
uscc = "914104001000004460"
kinds = ["行政机关"]
mark = "示市监"
items = ["penalty"]
"#;

const PACK: &str = r#"
zh = "旧表"
en = "Old form"
item = "penalty"
department = "scjg"
source = { zh = "来源", en = "Source" }
[absent]
fields = ["person_id"]
zh = "来源没有"
en = "not in the source"
[[column]]
field = "document_number"
from = "NO"
[[column]]
field = "subject_kind"
constant = "organisation"
"#;

const CASES: &str = r#"
[[case]]
name = "一般失信行为公示满一年自动停止"
item = "penalty"
as_of = 2027-06-01
given = { kinds = ["2"], decided_on = 2026-05-14, subject_kind = "organisation" }
expect = { withheld = "ended" }
[[case]]
name = "期满当日仍在公示"
item = "penalty"
as_of = 2027-05-14
given = { kinds = ["1", "2"], decided_on = 2026-05-14, document_number = "（2026）1号" }
expect = { until = 2027-05-14, class = "一般", repair_from = 2026-08-14 }
[[case]]
name = "简易程序的处罚原则上不公示"
item = "penalty"
as_of = 2026-06-01
given = { kinds = ["2"], decided_on = 2026-05-14, simplified_procedure = true }
expect = { withheld = "slight" }
"#;

const PLACE_CHECKS: &str = r#"
[[check]]
item = "penalty"
rule = "refuse"
when = [{ field = "subject_kind", is = ["natural_person"] }, { field = "simplified_procedure", is = [true] }]
zh = "不报送"
en = "not reported"
from = 2020-05-01
instrument = "《条例》"
article = "第十三条"
verified = true
"#;

/// Every file with its text.
const CARD: &str = r#"
zh = "示例评价"
en = "Example"
about = { zh = "示例", en = "an example" }
from = 2026-01-01
subject_kinds = ["organisation"]
instrument = "示例"
verified = true
grade = [
  { id = "A", from = 600, zh = "优", en = "Good" },
  { id = "B", from = 0, zh = "差", en = "Poor" },
]
dimension = [{ id = "law", weight = 1000, start = 90, zh = "遵纪守法", en = "Compliance" }]

[[indicator]]
id = "penalties"
dimension = "law"
zh = "行政处罚"
en = "Penalties"
item = "penalty"
where = "true"
value = "count(*)"
unit = "count"
reason = { zh = "受到处罚{value}次", en = "{value} penalties" }
bands = [{ points = -10 }, { from = 2, points = -30, at_best = "B" }]
instrument = "示例"
verified = true
"#;

pub(super) const FOLDER: [(&str, &str); 31] = [
    ("access/administration.cedar", ADMINISTRATION),
    ("access/console.cedar", CONSOLE),
    ("access/public.cedar", PUBLIC),
    ("access/subject.cedar", SUBJECT),
    ("calendar/2026.toml", CALENDAR),
    ("cases/penalty.toml", CASES),
    ("catalogue/penalty.toml", ITEM),
    ("codes/categories.toml", CATEGORIES),
    ("codes/penalty_kinds.csv", PENALTY_KINDS_ROWS),
    ("codes/penalty_kinds.toml", PENALTY_KINDS),
    ("codes/subject_kinds.toml", SUBJECT_KINDS),
    ("disclosure.toml", DISCLOSURE),
    ("commitments.toml", COMMITMENTS),
    ("matters.toml", MATTERS),
    ("deadlines.toml", DEADLINES),
    ("linkage.toml", LINKAGE),
    ("lists.toml", ""),
    ("measures.toml", ""),
    ("names.toml", NAMES),
    ("notices.toml", NOTICES),
    ("packs/old.toml", PACK),
    ("parameters/age.toml", AGE),
    ("parameters/publication/order36.toml", GENERATION),
    ("passwords.toml", "words = [\"password\"]"),
    ("places/pds/checks.toml", PLACE_CHECKS),
    ("places/pds/departments.toml", DEPARTMENTS),
    ("places/pds/districts.toml", DISTRICTS),
    ("places/pds/place.toml", PLACE),
    ("placeholders.toml", "words = [\"无\", \"n/a\"]"),
    ("scorecards/example@1.toml", CARD),
    ("walls.toml", WALLS),
];
