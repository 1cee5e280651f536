"""Names of organisations that do not exist, each beginning 示例 behind its division, and what becomes of them in another register."""

import csv
import random

LETTERS = (
    "鑫盛达华兴隆瑞祥福源丰泰恒通宏远顺安康宁和美嘉佳欣荣昌茂旺发利民众信诚义德仁智勇天地海山江河湖川云雨风雷金银铜玉石松竹梅兰菊荷桃李"
    "杏林森木春夏秋冬东南西北中正大小高长新旧红黄蓝绿青紫白明亮光辉星月日晨曦晓朝阳霞彩虹龙凤虎鹤鹏鹰马牛羊鱼尚优良善真诺言行知学文书博雅静"
    "思维创科技能力量动劲强壮健达飞腾跃升起立建筑造作为成功业绩展望希梦想愿景程途路桥港湾洲岛岸滨泽润沐浴清凉爽快乐欢喜悦颜笑语音韵律诗画"
    "艺品味香甜蜜糖茶酒醇厚实在固本元始初心怀念忆恩惠赐予贵宝珍珠翠碧琼瑶琳琅珀琥璟璇玑衡权度量尺寸方圆满盈余裕足富豪杰俊英雄伟业鼎力皓月"
    "尧舜禹汤商周秦汉唐宋元启航扬帆领先锋芒利锐意进取胜凯旋歌曲弘扬传承继往开来未"
)
TRADES = [
    "商贸", "餐饮管理", "建筑工程", "装饰工程", "物流", "汽车销售", "电子科技", "信息技术", "农业开发", "畜牧养殖", "食品", "医药",
    "机械设备", "化工", "建材", "房地产开发", "物业服务", "文化传媒", "广告", "教育咨询", "人力资源", "旅游", "酒店管理", "服装", "家具",
    "能源", "环保科技", "园林绿化", "运输", "矿业", "纺织", "印刷包装", "五金", "水利工程", "电力工程", "生物科技", "网络科技", "图文设计",
    "劳务", "安防",
]
FORMS = ["有限公司", "有限责任公司", "股份有限公司", "农民专业合作社", "（有限合伙）", "", "有限公司", "有限公司"]
PLACES = ["平顶山市", "郑州市", "洛阳市", "开封市", "安阳市", "新乡市", "许昌市", "南阳市", "宝丰县", "叶县", "鲁山县", "郏县", "河南省", ""]
TRADITIONAL = str.maketrans("东华达兴丰龙汇万业贸饮筑云汉启凤鹏鹰马鱼农术畜医药机动销产务告询历师书学乐欢语诗画艺", "東華達興豐龍匯萬業貿飲築雲漢啟鳳鵬鷹馬魚農術畜醫藥機動銷產務告詢歷師書學樂歡語詩畫藝")
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
KINDS_SAME = {
    "as it is": 25, "brackets, width, spaces": 15, "traditional": 10, "form in another writing": 10, "division left out": 15,
    "a letter wrong": 10, "former name behind": 5, "form left out": 10,
}
KINDS_OTHER = ["a branch", "a branch at the same address", "shop of another number", "a letter apart", "another trade", "another division", "another code"]


def code(draw):
    """A code whose check digit is right, of no organisation: its organ is one that does not exist."""
    body = "91" + "419900" + "".join(draw.choice("0123456789") for _ in range(8))
    body += org_sign(body[8:16])
    total = sum(SIGNS.index(sign) * weight for sign, weight in zip(body, WEIGHTS))
    return body + SIGNS[(31 - total % 31) % 31]


def org_sign(body):
    """The check digit of the organisation code within."""
    total = sum(int(sign) * weight for sign, weight in zip(body, [3, 7, 9, 10, 5, 8, 4, 2]))
    left = 11 - total % 11
    return {10: "X", 11: "0"}.get(left, str(left))


class Made:
    """An organisation that does not exist."""

    def __init__(self, draw):
        self.place = draw.choice(PLACES)
        self.brand = "".join(draw.choices(LETTERS, k=draw.choice((2, 3, 3, 4))))
        self.trade = draw.choice(TRADES)
        self.form = draw.choice(FORMS)
        self.shop = draw.choice(["一店", "二店", "第3门店"]) if draw.random() < 0.1 and not self.form else ""
        self.street = "示例" + "".join(draw.choices(LETTERS, k=2)) + "路"
        self.house = draw.randint(1, 300)
        self.code = code(draw)

    def name(self):
        return f"{self.place}示例{self.brand}{self.trade}{self.form}{self.shop}"

    def address(self):
        return f"{self.street}{self.house}号"


def same(made, kind, draw):
    """The name under which another register has the organisation."""
    name = made.name()
    if kind == "brackets, width, spaces":
        return draw.choice([" {} ", "{}\u3000", "\u200b{}"]).format(name.replace("（", "(").replace("）", ")").replace("示例", "示例 ", 1))
    if kind == "traditional":
        return name.translate(TRADITIONAL)
    if kind == "form in another writing":
        swapped = {"有限公司": "有限责任公司", "有限责任公司": "有限公司", "股份有限公司": "股份公司", "农民专业合作社": "专业合作社"}
        return f"{made.place}示例{made.brand}{made.trade}{swapped.get(made.form, made.form)}{made.shop}"
    if kind == "division left out":
        return name.removeprefix(made.place)
    if kind == "a letter wrong":
        at = draw.randrange(len(made.brand))
        brand = made.brand[:at] + draw.choice(LETTERS) + made.brand[at + 1:]
        return f"{made.place}示例{brand}{made.trade}{made.form}{made.shop}"
    if kind == "former name behind":
        return f"{name}（曾用名：示例{''.join(draw.choices(LETTERS, k=3))}{made.trade}有限公司）"
    if kind == "form left out":
        return f"{made.place}示例{made.brand}{made.trade}{made.shop}"
    return name


def other(made, kind, draw):
    """Name, address and code of an organisation that is near to this one and another."""
    far = Made(draw)
    if kind == "a branch":
        return made.name() + draw.choice(["第一分公司", "分公司", f"{far.place}分公司", "营业部"]), far.address(), ""
    if kind == "a branch at the same address":
        return made.name() + draw.choice(["第二分公司", "分公司"]), made.address(), ""
    if kind == "shop of another number":
        base = made.name().removesuffix(made.shop) if made.shop else made.name()
        return base + "五店", made.address(), ""
    if kind == "a letter apart":
        return same(made, "a letter wrong", draw), far.address(), ""
    if kind == "another trade":
        return f"{made.place}示例{made.brand}{far.trade}{made.form}", far.address(), ""
    if kind == "another division":
        place = draw.choice([place for place in PLACES[:8] if place != made.place])
        return f"{place}示例{made.brand}{made.trade}{made.form}", far.address(), ""
    return made.name(), made.address(), code(draw)


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["name", "address", "code"], *rows])


def labelled(left_path, right_path, count, pairs, seed):
    """A register and another with labelled rows: for each, the row it belongs to, or none, and its kind."""
    draw = random.Random(seed)
    register = [Made(draw) for _ in range(count)]
    rows, truth = [], []
    chosen = draw.sample(range(count), pairs)
    kinds = draw.choices(list(KINDS_SAME), weights=KINDS_SAME.values(), k=pairs // 2)
    for at, kind in zip(chosen, kinds):
        made = register[at]
        address = made.address() if draw.random() < 0.6 else draw.choice(["", made.address().replace("号", ""), "示例区" + made.address()])
        rows.append([same(made, kind, draw), address, ""])
        truth.append((at, at, kind))
    for number, at in enumerate(chosen[pairs // 2:]):
        kind = KINDS_OTHER[number % len(KINDS_OTHER)]
        rows.append(list(other(register[at], kind, draw)))
        truth.append((None, at, kind))
    write(left_path, [[made.name(), made.address(), made.code] for made in register])
    write(right_path, rows)
    return truth


def million(left_path, right_path, count, seed):
    """Two registers of `count` names each; every second of the right is one of the left. Truth: right row to left row."""
    draw = random.Random(seed)
    kinds, weights = list(KINDS_SAME), list(KINDS_SAME.values())
    truth = {}
    with open(left_path, "w", encoding="utf-8") as left, open(right_path, "w", encoding="utf-8") as right:
        left.write("name,address,code\n")
        right.write("name,address,code\n")
        for at in range(count):
            made = Made(draw)
            left.write(f"{made.name()},{made.address()},\n")
            if at % 2:
                truth[at] = at
                name = same(made, draw.choices(kinds, weights)[0], draw)
                right.write(f"{name},{made.address() if draw.random() < 0.7 else ''},\n")
            else:
                far = Made(draw)
                right.write(f"{far.name()},{far.address()},\n")
    return truth
