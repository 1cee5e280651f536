// The workplaces, driven as people do: first administrators with their second factor, a department's
// upload with its fault, mended and sent again; a company that claims itself, reads its file and
// log, grants a consent and takes it back.

import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";

import { PASSWORD, act, add, code, come, command, firstSignIn, leave, looked, out, person, signIn, told, work } from "./people.mjs";
import { url } from "./site.mjs";

before(come);
after(leave);

const held = { secrets: {} };

test("the first administrators come in with two factors and open the rest", async () => {
    for (const role of ["system", "security", "audit"]) {
        const { first_password: first } = command(
            "account", "first", "--role", `${role}_administrator`, "--login", role, "--name", `示例${role}`,
        );
        held[role] = await person();
        await firstSignIn(held[role], role, first);
        await looked(held[role], `console-home-${role}`);
    }
    const system = held.system;
    await system.goto(`${url}/console/accounts`);
    for (const [kind, id, name] of [["department", "scjg", ""], ["bank", "示例银行", "示例银行示例支行"], ["hall", "示例大厅", "示例市政务服务大厅"]]) {
        await system.getByLabel("类别").selectOption(kind);
        await system.getByLabel(/^代码/).fill(id);
        await system.getByLabel(/^名称/).fill(name);
        await system.getByRole("button", { name: "登记" }).click();
    }
    for (const login of ["jingban", "fuhe", "zhongxin", "shending", "yinhang", "chuangkou"]) {
        await system.locator("#login").fill(login);
        await system.locator("#name").fill(`示例${login}`);
        await system.getByRole("button", { name: "开立" }).click();
        held[login] = await system.locator("[role=status] code").nth(1).innerText();
        await looked(system, "accounts");
    }
    const security = held.security;
    for (const [login, role] of [["jingban", "信源单位经办人"], ["fuhe", "信源单位经办人"], ["chuangkou", "窗口经办人"], ["zhongxin", "信用中心经办人"], ["shending", "信用中心经办人"], ["yinhang", "金融机构查询员"]]) {
        await security.goto(`${url}/console/roles`);
        const option = await security.locator("#account option", { hasText: login }).getAttribute("value");
        await security.locator("#account").selectOption(option);
        const choice = await security.locator("#role option", { hasText: role }).first().getAttribute("value");
        await security.locator("#role").selectOption(choice);
        await security.getByRole("button", { name: "授予" }).click();
    }
    await looked(security, "roles");
    await security.goto(`${url}/console/keys`);
    await security.locator("#organisation").selectOption({ label: "示例银行示例支行" });
    await security.getByLabel("系统名称").fill("信贷系统");
    await security.getByLabel("follow_feed").check();
    await security.getByRole("button", { name: "发放", exact: true }).click();
    held.key = await security.locator("[role=status] code").first().innerText();
    told(held.key);
    await looked(security, "keys");
    const audit = held.audit;
    await audit.goto(`${url}/console/audit`);
    assert.ok((await audit.locator("main").innerText()).includes("授予角色"));
    await looked(audit, "audit");
    await audit.goto(`${url}/console/accounts`);
    assert.match(await audit.locator("h1").innerText(), /没有这项权限/);
});

test("a clerk hands a faulty file in, mends a row and sends it again", async () => {
    const page = await person();
    held.secrets.jingban = await firstSignIn(page, "jingban", held.jingban);
    await looked(page, "console-home");
    await page.goto(`${url}/console/submissions`);
    await looked(page, "submissions");
    const company = await (await fetch(`${url}/api/v1/search?q=${encodeURIComponent("有限公司")}&limit=20`)).json();
    const found = company.hits.find((hit) => hit.slug.startsWith("91"));
    const { name } = found.subject;
    held.company = found.slug;
    held.name = name;
    const heading = "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM";
    const organ = "示例市市场监督管理局,11419900419900016T";
    const row = (number, date) =>
        `${name},法人及非法人组织,${held.company},示例甲,示市监罚〔2026〕${number}号,未按规定公示价格,当事人销售商品未明码标价,《中华人民共和国价格法》第四十二条,罚款,罚款2000元,0.2,${date},2099-12-31,${organ},${organ}`;
    const file = join(work, "处罚.csv");
    held.delivered = `${heading}\n${row(99003, "2026-05-14")}\n`;
    writeFileSync(file, `${heading}\n${row(99001, "2026-05-12")}\n${row(99002, "不是日期")}\n`);
    await page.getByLabel("信息项").selectOption("penalty");
    await page.getByLabel(/^文件/).setInputFiles(file);
    await page.getByRole("button", { name: "上传" }).click();
    await page.waitForURL(/\/console\/submissions\//);
    assert.ok((await page.locator("#faults").innerText()).includes("不是日期"));
    await looked(page, "receipt");
    await page.locator("#faults a").first().click();
    await looked(page, "row");
    await page.locator("[aria-invalid=true]").fill("2026-05-13");
    await page.getByRole("button", { name: "补正后再报" }).click();
    await page.waitForURL(/\/console\/submissions\//);
    assert.ok((await page.locator("main").innerText()).includes("没有退回的行"));
    await page.getByRole("link", { name: /^示市监-/ }).click();
    await page.locator("#mended").waitFor();
    assert.ok((await page.locator("#faults").innerText()).includes("已改"));
    await looked(page, "receipt-mended");
    await page.locator("#faults a").first().click();
    assert.ok((await page.locator("main").innerText()).includes("处理经过"));
    await looked(page, "row-mended");
    await page.goto(`${url}/console/submissions/enter/penalty`);
    await looked(page, "entry");
    await page.getByLabel(/^处罚决定日期/).fill("2026-05-20");
    await page.getByRole("button", { name: "提交", exact: true }).click();
    await page.waitForURL(/\/console\/(submissions|deliveries)\//);
    await page.locator("#faults, .callout, main").first().waitFor();
    await looked(page, "entry-answered");
    await page.goto(`${url}/console/collection`);
    await looked(page, "collection");
    await page.getByRole("link", { name: "行政处罚" }).click();
    assert.ok((await page.locator("main").innerText()).includes("文书号断号"));
    await looked(page, "collection-item");
    const ledger = join(work, "台账.csv");
    const month = new URL(page.url()).searchParams.get("month") ?? new Date().toISOString().slice(0, 7);
    writeFileSync(ledger, `文书号,日期\n示市监罚〔2026〕99001号,${month}-02\n示市监罚〔2026〕98765号,${month}-03\n`);
    await page.getByLabel("台账名称").fill("执法办案系统");
    await page.getByLabel(/^文件：每行/).setInputFiles(ledger);
    await page.getByRole("button", { name: "登记台账" }).click();
    await page.getByText("示市监罚〔2026〕98765号").waitFor();
    assert.ok((await page.locator("#coverage").innerText()).includes("1 / 2"));
    await looked(page, "collection-ledger");
    const empty = join(work, "空表.csv");
    writeFileSync(empty, `${heading}\n`);
    await page.goto(`${url}/console/submissions`);
    await page.getByLabel("信息项").selectOption("penalty");
    await page.getByLabel(/^文件/).setInputFiles(empty);
    await page.getByRole("button", { name: "上传" }).click();
    await page.getByText("只有表头").waitFor();
    await looked(page, "stopped");
    await page.goto(`${url}/console/records?item=penalty`);
    assert.ok((await page.locator("main").innerText()).includes("99002号"));
    await looked(page, "records");
    await page.locator("tbody a").first().click();
    await looked(page, "record");
    await page.goto(`${url}/console/catalogue`);
    await looked(page, "catalogue");
    await page.goto(`${url}/console/matters`);
    await looked(page, "matters");
    await page.getByLabel("办件编号").fill("示办〔2026〕1号");
    await page.getByLabel("统一社会信用代码").fill(held.company);
    await page.getByRole("button", { name: "登记" }).click();
    await page.getByRole("button", { name: "核查" }).click();
    await looked(page, "matter");
    await page.getByRole("link", { name: /打开档案/ }).click();
    await looked(page, "matter-file");
    held.clerk = page;
});

test("a company claims itself, reads its file and its log, grants and takes back", async () => {
    const page = await person();
    await page.goto(`${url}/register`);
    await looked(page, "register");
    await page.getByLabel("登录名").fill("faren");
    await page.getByLabel("姓名").fill("示例丙");
    await page.getByLabel("口令").fill(PASSWORD);
    await page.getByRole("button", { name: "开立" }).click();
    await looked(page, "centre-new");
    await page.goto(`${url}/centre/claims`);
    await looked(page, "claims");
    await page.getByLabel("统一社会信用代码").fill(held.company);
    await page.locator("form[action='/centre/claims'] button").click();
    const clerk = await person();
    held.secrets.zhongxin = await firstSignIn(clerk, "zhongxin", held.zhongxin);
    await clerk.goto(`${url}/console/channels`);
    await clerk.getByLabel("单位和信息项").first().selectOption("scjg/penalty");
    await clerk.getByRole("button", { name: "开通目录" }).click();
    await clerk.getByRole("heading", { name: /市场监督管理局 · 行政处罚/ }).waitFor();
    // As a system does: written under another name, renamed once it is whole.
    const inbox = join(work, "inbox", "scjg", "penalty");
    writeFileSync(join(inbox, "处罚.csv.part"), held.delivered);
    renameSync(join(inbox, "处罚.csv.part"), join(inbox, "处罚.csv"));
    for (let tries = 0; !(await clerk.locator("main").innerText()).includes("已入库"); tries++) {
        assert.ok(tries < 60, "the file of the channel is not taken in");
        await clerk.waitForTimeout(1000);
        await clerk.reload();
    }
    await looked(clerk, "channels");
    await clerk.goto(`${url}/console/collection`);
    await looked(clerk, "collection-centre");
    await clerk.goto(`${url}/console/claims`);
    await looked(clerk, "console-claims");
    await clerk.getByLabel(/核对了什么/).fill("已核对营业执照和身份证件");
    await clerk.getByRole("button", { name: "确认" }).click();
    await signIn(page, "faren", PASSWORD);
    await looked(page, "centre-home");
    await page.goto(`${url}/centre/file`);
    await looked(page, "centre-file");
    await page.locator(".record__head a").first().click();
    await looked(page, "centre-record");
    await page.goto(`${url}/centre/log`);
    const log = await page.locator("main").innerText();
    assert.ok(log.includes("示办〔2026〕1号") && log.includes("示例市市场监督管理局"), log);
    await looked(page, "centre-log");
    await page.goto(`${url}/centre/consents`);
    await looked(page, "centre-consents");
    await page.getByLabel("授权给").selectOption({ label: "示例银行示例支行" });
    await page.locator("input[name='item.registration']").check();
    await page.getByRole("button", { name: "下一步：确认" }).click();
    await looked(page, "centre-consent-confirm");
    await page.getByRole("button", { name: "同意授权" }).click();
    const bank = await person();
    await firstSignIn(bank, "yinhang", held.yinhang);
    await bank.goto(`${url}/console/consents`);
    await looked(bank, "console-consents");
    await bank.getByRole("button", { name: /^打开/ }).click();
    const opened = await bank.locator("main").innerText();
    assert.ok(opened.includes("这次查询已记入主体的查询记录"), opened);
    await looked(bank, "consent-file");
    await page.goto(`${url}/centre/log`);
    assert.ok((await page.locator("main").innerText()).includes("示例银行示例支行"));
    await page.goto(`${url}/centre/consents`);
    await page.getByRole("button", { name: /^撤回/ }).click();
    await bank.goto(`${url}/console/consents`);
    assert.ok((await bank.locator("main").innerText()).includes("主体已撤回"));
    held.bank = bank;
    await page.goto(`${url}/centre/reports`);
    await looked(page, "centre-reports");
    await page.goto(`${url}/account`);
    await looked(page, "account");
    await out(page);
    await page.goto(`${url}/sign-in`);
    await looked(page, "sign-in");
    held.centre = clerk;
});

// A record of one's own by its document number, opened from the file.
async function ownRecord(page, number) {
    await page.goto(`${url}/centre/file`);
    await page.locator(".record", { hasText: number }).locator("h3 a").click();
    return page.url().split("/").at(-1);
}

// The bank’s system says that it carried out the change feed up to its end.
async function carriedOut() {
    await held.bank.goto(`${url}/console/received`);
    const position = Number(await held.bank.locator("#position").getAttribute("max"));
    const answer = await fetch(`${url}/api/v1/changes/confirmed`, {
        method: "POST",
        headers: { authorization: `Bearer ${held.key}`, "content-type": "application/json" },
        body: JSON.stringify({ position }),
    });
    assert.equal((await answer.json()).outstanding, 0);
}

test("a repair from the record to its receipts, and an objection that marks the record", async () => {
    await carriedOut();
    const page = await person();
    await signIn(page, "faren", PASSWORD);
    const repaired = await ownRecord(page, "99001号");
    const portal = (record) => fetch(`${url}/subjects/${held.company}/records/${record}`);
    assert.equal((await portal(repaired)).status, 200);
    await page.getByRole("link", { name: "申请修复" }).click();
    await looked(page, "centre-apply");
    const proof = join(work, "缴款凭证.pdf");
    writeFileSync(proof, "%PDF-1.4\n% proof\n");
    await page.getByLabel(/^改正和履行/).fill("罚款已于五月二十日缴清，商品已明码标价。");
    await page.getByLabel(/我已阅读/).check();
    await page.getByLabel(/^履行证明/).setInputFiles(proof);
    await page.getByRole("button", { name: "提交申请" }).click();
    await page.waitForURL(/\/centre\/cases\/\d+$/);
    await looked(page, "centre-case");
    const number = await page.locator("h1 code").innerText();
    const clerk = held.clerk;
    await clerk.goto(`${url}/console`);
    assert.match(await clerk.locator("main").innerText(), /办件：1 件待办/);
    await clerk.goto(`${url}/console/cases`);
    await looked(clerk, "cases");
    await clerk.getByRole("link", { name: number }).click();
    await clerk.getByLabel("受理", { exact: true }).check();
    await clerk.getByRole("button", { name: "办理", exact: true }).click();
    await looked(clerk, "case");
    assert.match(await clerk.locator("#proposal").innerText(), /准予修复/);
    await clerk.getByLabel("签署：准予修复").check();
    await clerk.getByRole("button", { name: "办理", exact: true }).click();
    assert.match(await clerk.locator("main").innerText(), /已准予修复/);
    await page.reload();
    const paper = page.getByRole("link", { name: "准予信用修复决定书.pdf" });
    const answer = await page.request.get(`${url}${await paper.getAttribute("href")}`);
    const bytes = await answer.body();
    assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
    if (process.env.XINHENG_SHOTS) writeFileSync(join(process.env.XINHENG_SHOTS, "notice.pdf"), bytes);
    assert.equal((await portal(repaired)).status, 404, "gone from the portal");
    await page.goto(`${url}/centre/cases`);
    await looked(page, "centre-cases");

    const { bank, centre } = held;
    await bank.goto(`${url}/console`);
    await bank.locator("#tasks").getByRole("link", { name: /回执/ }).click();
    assert.match(await bank.locator("main").innerText(), /已修复/);
    await looked(bank, "received");
    await centre.goto(`${url}/console/recipients`);
    assert.match(await centre.locator("main").innerText(), /示例银行示例支行[^]*待回执[^]*已修复/);
    await looked(centre, "recipients");
    await bank.getByRole("button", { name: "回执", exact: true }).click();
    assert.match(await bank.locator("main").innerText(), /没有等回执的停止公示/);
    await centre.reload();
    assert.match(await centre.locator("main").innerText(), /全部已回执/);

    const disputed = await ownRecord(page, "99002号");
    await page.getByRole("link", { name: "提出异议" }).click();
    await looked(page, "centre-object");
    await page.getByLabel("内容有误").check();
    await page.getByLabel(/^说明/).fill("罚款金额应为一千元。");
    await page.getByRole("button", { name: "提交异议" }).click();
    await page.waitForURL(/\/centre\/cases\/\d+$/);
    assert.ok((await (await portal(disputed)).text()).includes("异议处理中"));
    const file = await (await fetch(`${url}/api/v1/subjects/${held.company}/file`)).text();
    assert.ok(file.includes("99002号"), "marked, and still public");
    await centre.goto(`${url}/console/cases?kind=objection`);
    await centre.locator("tbody a").first().click();
    await centre.getByLabel(/转信源单位核实/).check();
    await centre.getByRole("button", { name: "办理", exact: true }).click();
    assert.match(await centre.locator("main").innerText(), /信源单位核实中/);
    await looked(centre, "case-centre");
    held.disputed = { record: disputed, case: centre.url().split("/").at(-1) };
});

test("an entry in a list with a hearing, and a hall that acts on it and lifts what it did", async () => {
    const clerk = held.clerk;
    const paper = join(work, "文书.pdf");
    writeFileSync(paper, "%PDF-1.4\n% paper\n");
    await clerk.goto(`${url}/console/cases`);
    await clerk.getByRole("link", { name: "拟列入名单" }).click();
    await looked(clerk, "propose");
    await clerk.getByLabel("统一社会信用代码").fill(held.company);
    await clerk.getByLabel("法定代表人（负责人）").fill("示例甲");
    await clerk.getByLabel("列入期限（月）").fill("12");
    await clerk.getByLabel("事实", { exact: true }).fill("当事人销售不合格商品，受到较重行政处罚。");
    await clerk.getByLabel("据以列入的生效文书和条款").fill("示市监罚〔2026〕99002号行政处罚决定书");
    await clerk.getByLabel(/^生效文书/).setInputFiles(paper);
    await clerk.getByRole("button", { name: "提出" }).click();
    assert.match(await clerk.locator("[role=alert]").innerText(), /列入期限不在规定之内/);
    await clerk.getByLabel("列入期限（月）").fill("36");
    await clerk.getByLabel(/^生效文书/).setInputFiles(paper);
    await clerk.getByRole("button", { name: "提出" }).click();
    await clerk.waitForURL(/\/console\/cases\/\d+$/);
    const address = clerk.url();
    await looked(clerk, "listing");
    await act(clerk, "制作列入告知书");
    const today = await clerk.evaluate(() => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10));
    await act(clerk, "登记告知书送达", { reason: "直接送达", on: today });
    assert.match(await clerk.locator("[role=alert]").innerText(), /请先上传送达回证/);
    await add(clerk, "告知书送达回证", paper);
    await act(clerk, "登记告知书送达", { reason: "直接送达", on: today });

    const page = await person();
    await signIn(page, "faren", PASSWORD);
    await page.goto(`${url}/centre/cases`);
    await page.locator("tbody a", { hasText: "LR" }).click();
    await looked(page, "centre-listing");
    const notice = page.getByRole("link", { name: "列入告知书.pdf" });
    const told = await (await page.request.get(`${url}${await notice.getAttribute("href")}`)).body();
    if (process.env.XINHENG_SHOTS) writeFileSync(join(process.env.XINHENG_SHOTS, "listing.pdf"), told);
    await page.getByLabel("事实和理由").fill("商品已经召回，请求不予列入。");
    await page.getByLabel("要求听证").check();
    await page.getByRole("button", { name: "提交", exact: true }).click();
    assert.match(await page.locator("main").innerText(), /待决定/);

    const second = await person();
    await firstSignIn(second, "fuhe", held.fuhe);
    await second.goto(address);
    await act(second, "签署：列入", { reason: "陈述申辩理由不能成立。" });
    assert.match(await second.locator("[role=alert]").innerText(), /缺听证笔录/);
    await add(second, "听证笔录", paper);
    await act(second, "登记听证", { reason: "已举行听证。" });
    await looked(second, "listing-deciding");
    await act(second, "签署：列入", { reason: "陈述申辩理由不能成立。" });
    await add(second, "决定书送达回证", paper);
    await act(second, "登记决定书送达", { reason: "邮寄送达", on: today });
    const listed = async () => (await (await fetch(`${url}/subjects/${held.company}`)).text()).includes("严重违法失信名单");
    assert.ok(!(await listed()), "not before it is published");
    await act(second, "公布");
    assert.match(await second.locator("main").innerText(), /已列入并公布/);
    assert.ok(await listed());

    const hall = await person();
    await firstSignIn(hall, "chuangkou", held.chuangkou);
    await hall.goto(`${url}/console/matters`);
    await hall.getByLabel("事项类别").selectOption("honour");
    await hall.getByLabel("办件编号").fill("示评〔2026〕1号");
    await hall.getByLabel("统一社会信用代码").fill(held.company);
    await hall.getByRole("button", { name: "登记" }).click();
    await hall.getByRole("button", { name: "核查" }).click();
    assert.match(await hall.locator("#advice").innerText(), /应当采取：限制参加评先评优/);
    await looked(hall, "measures");
    await hall.getByLabel("文书号（可不填）").first().fill("示评决1号");
    await hall.getByRole("button", { name: "反馈" }).first().click();
    const place = hall.url();

    const record = await ownRecord(page, "严重违法失信名单");
    await page.getByRole("link", { name: "提出异议" }).click();
    await page.getByLabel(/不应公示/).check();
    await page.getByLabel(/^说明/).fill("据以列入的处罚决定已被撤销。");
    await page.getByRole("button", { name: "提交异议" }).click();
    await page.waitForURL(/\/centre\/cases\/\d+$/);
    const centre = held.centre;
    await centre.goto(page.url().replace("/centre/", "/console/"));
    await centre.getByLabel(/转信源单位核实/).check();
    await centre.getByRole("button", { name: "办理", exact: true }).click();
    await second.goto(page.url().replace("/centre/", "/console/"));
    await act(second, "异议成立，撤下", { reason: "处罚决定已被撤销。" });
    assert.equal((await fetch(`${url}/subjects/${held.company}/records/${record}`)).status, 404);
    await hall.goto(`${url}/console/matters`);
    await looked(hall, "matters-open");
    assert.match(await hall.locator("main").innerText(), /待解除/);
    await hall.goto(place);
    await hall.getByRole("button", { name: "已解除" }).first().click();
    assert.match(await hall.locator("#measures").innerText(), /解除于/);
    await centre.goto(`${url}/console/joint`);
    await looked(centre, "joint");
    Object.assign(held, { second, page });
});

test("a commitment that is broken, answered and appealed, and only then recorded", async () => {
    const { page, clerk, second } = held;
    const paper = join(work, "文书.pdf");
    await page.goto(`${url}/centre/commitments`);
    await looked(page, "centre-commitments");
    // The company broke one before, as the city has it: notice and commitment is closed to it.
    assert.match(await page.locator("#product_licence").innerText(), /修复前不适用告知承诺制/);
    const offer = page.locator("#missing_material");
    await offer.getByText("作出这项承诺").click();
    await offer.getByLabel(/^办件编号/).fill("示许〔2026〕1号");
    await offer.getByLabel(/我已阅读/).check();
    await offer.getByRole("button", { name: "作出承诺" }).click();
    await page.waitForURL(/\/centre\/cases\/\d+$/);
    await looked(page, "centre-commitment");
    const made = page.url();
    const number = await page.locator("h1 code").innerText();
    const address = made.replace("/centre/", "/console/");
    await clerk.goto(address);
    await act(clerk, "受理");
    await looked(clerk, "commitment");
    const shown = async () => (await (await fetch(`${url}/subjects/${held.company}`)).text()).split(number).length;
    const accepted = await shown();
    assert.ok(1 < accepted, "the commitment is public");
    const breach = { reason: "容缺材料逾期没有补齐。", number: "示市监撤〔2026〕1号" };
    await act(clerk, "告知拟认定：未履行", breach);
    assert.match(await clerk.locator("[role=alert]").innerText(), /缺认定违诺所依据的生效文书/);
    await add(clerk, "认定违诺所依据的生效文书", paper);
    await act(clerk, "告知拟认定：未履行", breach);
    await page.goto(made);
    await looked(page, "centre-breach");
    await page.getByLabel("放弃陈述申辩").check();
    await page.getByRole("button", { name: "提交", exact: true }).click();
    await clerk.goto(address);
    assert.match(await clerk.locator("main").innerText(), /由本单位另一名人员决定/);
    await second.goto(address);
    await act(second, "签署：认定违诺");
    await page.goto(made);
    const finding = page.getByRole("link", { name: "违诺认定书.pdf" });
    const bytes = await (await page.request.get(`${url}${await finding.getAttribute("href")}`)).body();
    if (process.env.XINHENG_SHOTS) writeFileSync(join(process.env.XINHENG_SHOTS, "breach.pdf"), bytes);
    await page.getByLabel("事实和理由").fill("材料已经寄出。");
    await looked(page, "centre-appeal");
    await page.getByRole("button", { name: "提出申诉" }).click();
    assert.equal(await shown(), accepted, "nothing is recorded while it is appealed");
    await clerk.goto(address);
    await looked(clerk, "commitment-appealed");
    await act(clerk, "申诉不成立，维持认定", { reason: "期限内没有收到材料。" });
    await act(clerk, "记入信用记录");
    assert.match(await clerk.locator("main").innerText(), /违诺已记录/);
    assert.ok(accepted < (await shown()), "the breach is public");
});

test("a report from the public without a name, answered and read again with its code", async () => {
    const stranger = await person();
    await stranger.goto(`${url}/commitments`);
    await looked(stranger, "commitments");
    await stranger.goto(`${url}/complaints`);
    await looked(stranger, "complaints");
    await stranger.getByLabel("失信行为线索").check();
    await stranger.getByLabel(/^涉及单位/).fill(held.company);
    await stranger.getByLabel(/^时间、地点/).fill("门店没有明码标价。");
    await stranger.getByRole("button", { name: "提交" }).click();
    await looked(stranger, "complaint-slip");
    const number = await stranger.locator("#slip-number").innerText();
    const slip = await stranger.locator("#slip-code").innerText();
    const { centre, clerk } = held;
    await centre.goto(`${url}/console/cases?kind=complaint`);
    await centre.getByRole("link", { name: number }).click();
    await looked(centre, "complaint-case");
    await centre.getByLabel("转给哪个单位").selectOption({ label: "示例市市场监督管理局" });
    await act(centre, "转办");
    await clerk.goto(centre.url());
    await act(clerk, "答复并办结", { reason: "已到现场核查，责令改正。" });
    await stranger.goto(`${url}/complaints`);
    await stranger.getByLabel("编号").fill(number);
    await stranger.getByLabel("查询码").fill(slip);
    await stranger.getByRole("button", { name: "查询" }).click();
    assert.match(await stranger.locator("main").innerText(), /责令改正/);
    await looked(stranger, "complaint-follow");
    await centre.goto(`${url}/console/assessment`);
    await looked(centre, "assessment");
});

test("the repair notice goes with a decision", async () => {
    const { clerk, page } = held;
    await clerk.goto(`${url}/console/records?item=penalty`);
    await clerk.locator("tbody tr", { hasText: "99002号" }).getByRole("link").first().click();
    await clerk.getByRole("button", { name: "制作告知书" }).click();
    await looked(clerk, "record-informed");
    const today = await clerk.evaluate(() => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10));
    await clerk.getByLabel("送达日期").fill(today);
    await clerk.getByLabel("送达方式和凭证").fill("随决定书直接送达");
    await clerk.getByRole("button", { name: "登记送达" }).click();
    assert.match(await clerk.locator("#informed").innerText(), /已送达/);
    await ownRecord(page, "99002号");
    const notice = page.getByRole("link", { name: "信用修复告知书" });
    const bytes = await (await page.request.get(`${url}${await notice.getAttribute("href")}`)).body();
    assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
    if (process.env.XINHENG_SHOTS) writeFileSync(join(process.env.XINHENG_SHOTS, "informed.pdf"), bytes);
    await out(clerk);
    // What those need who come back later.
    const { company, disputed, secrets } = held;
    writeFileSync(join(work, "..", "later.json"), JSON.stringify({ company, disputed, secrets }));
});

test("a reviewer judges whose an account is, reads what a merge touched, and parts it again", async () => {
    const clerk = await person();
    await signIn(clerk, "zhongxin", PASSWORD);
    await clerk.getByLabel("验证码或恢复码").fill(code(held.secrets.zhongxin));
    await clerk.getByRole("button", { name: "继续" }).click();
    const { name } = held;
    const supplier = "示例市水务集团有限公司,914199004199003316";
    const file = join(work, "水费.csv");
    writeFileSync(
        file,
        "GY_XDR_MC,GY_XDR_LB,GY_XDR_SHXYM,GY_LX,GY_HH,GY_DZ,GY_SSQ,GY_SSZ,GY_YJ,GY_ZT,GY_GYDW,GY_GYDWDM,GY_SJLY,GY_SJLYDM\n" +
            `${name},法人及非法人组织,,供水,S99001,示例湖区从未有过的路7号,2026-09-01,2026-09-30,731.40,欠缴,${supplier},${supplier}\n`,
    );
    const taken = command("import", "--item", "utility_payment", "--department", "shuiwujituan", "--confirm", "--because", "示例", file);
    assert.equal(taken.warned, 1);
    // The worker looks for whose it is once the index has the name.
    for (let tries = 0; ; tries++) {
        await clerk.goto(`${url}/console/identities`);
        if ((await clerk.locator("main").innerText()).includes(name)) break;
        assert.ok(tries < 60, "the account is not put before anybody");
        await clerk.waitForTimeout(1000);
    }
    await looked(clerk, "identities");
    await clerk.locator("tbody a", { hasText: name }).first().click();
    assert.ok((await clerk.locator("main").innerText()).includes("从未有过的路7号"));
    await looked(clerk, "identity");
    await clerk.getByLabel("同一主体", { exact: true }).check();
    await clerk.getByLabel("理由").fill("示例：电话核实为同一单位");
    await clerk.getByRole("button", { name: "判定", exact: true }).click();
    await clerk.getByText("已归并").first().waitFor();
    await looked(clerk, "identity-merged");
    const owner = await person();
    await signIn(owner, "faren", PASSWORD);
    await owner.goto(`${url}/centre/file`);
    assert.ok((await owner.locator("main").innerText()).includes("731.40"), "the account stands in the file");
    await clerk.getByRole("link", { name: "查看归并及其影响" }).click();
    assert.ok((await clerk.locator("#damage").innerText()).includes("查询非公开信息"), "its owner read it");
    await looked(clerk, "merge");
    await clerk.getByLabel("理由").fill("示例：是另一家的账户");
    await clerk.getByRole("button", { name: "解除归并" }).click();
    await clerk.locator("#notices").waitFor();
    await looked(clerk, "merge-ended");
    await clerk.getByRole("button", { name: /^登记已发出/ }).first().click();
    await owner.goto(`${url}/centre/file`);
    assert.ok(!(await owner.locator("main").innerText()).includes("731.40"), "and is gone from it again");
    await owner.goto(`${url}/centre/log`);
    assert.ok((await owner.locator("main").innerText()).includes("解除归并"));
    await clerk.goto(`${url}/console/merges`);
    await looked(clerk, "merges");
    await clerk.goto(`${url}/console/codes`);
    await looked(clerk, "code-doubts");
    await clerk.goto(`${url}/console/lineage`);
    await looked(clerk, "lineage");
    const shown = await (await fetch(`${url}/subjects/${held.company}`)).text();
    const address = shown.match(/\/subjects\/[^/"]+\/records\/(\d+)/);
    assert.ok(address, "the company has a public record");
    await clerk.getByLabel(/^记录编号/).fill(address[0]);
    await clerk.getByRole("button", { name: "查看" }).click();
    assert.ok((await clerk.locator("main").innerText()).includes("从哪里来"));
    await looked(clerk, "lineage-record");
    held.reviewer = clerk;
});

test("a score opens to its records, and a draft is tried before it binds", async () => {
    const clerk = held.reviewer;
    const main = (page) => page.locator("main").innerText();
    // The worker ran every card when the day began, before anything was handed in.
    command("evaluate", "comprehensive@1");
    await clerk.goto(`${url}/console/scores`);
    assert.match(await main(clerk), /最近一次全量评价/);
    await looked(clerk, "scores");
    await clerk.getByLabel("统一社会信用代码").fill(held.company);
    await clerk.getByRole("button", { name: "查看评价" }).click();
    await clerk.getByText("满分 1000 分").first().waitFor();
    await clerk.locator("details", { hasText: "记录" }).first().locator("summary").click();
    await looked(clerk, "score");
    await clerk.locator("details[open] a").first().click();
    assert.match(await main(clerk), /从哪里来/);

    const owner = await person();
    await signIn(owner, "faren", PASSWORD);
    await owner.goto(`${url}/centre/score`);
    assert.match(await main(owner), /满分 1000 分/);
    await looked(owner, "own-score");
    await owner.goto(`${url}/centre/log`);
    assert.match(await main(owner), /信用评价/);

    await clerk.goto(`${url}/console/replays`);
    await looked(clerk, "replays");
    await clerk.getByLabel("草案").selectOption({ value: "comprehensive@2" });
    await clerk.getByRole("button", { name: "试算", exact: true }).click();
    for (let tries = 0; ; tries++) {
        await clerk.goto(`${url}/console/replays`);
        if (await clerk.getByRole("link", { name: /试算 \d+/ }).count()) break;
        assert.ok(tries < 60, "the replay is not done");
        await clerk.waitForTimeout(1000);
    }
    await clerk.getByRole("link", { name: /试算 \d+/ }).first().click();
    await looked(clerk, "replay");
    const replay = clerk.url();
    const movers = await clerk.request.get(`${replay}/movers.csv`);
    assert.ok((await movers.text()).split("\n").length > 2, "somebody moves");
    await clerk.getByLabel(/^采用理由/).fill("示例：试算结果可以接受");
    await clerk.getByRole("button", { name: "采用", exact: true }).click();
    assert.match(await main(clerk), /请由另一人采用/);
    await out(clerk);

    const second = await person();
    held.secrets.shending = await firstSignIn(second, "shending", held.shending);
    await second.goto(replay);
    await second.getByLabel(/^采用理由/).fill("示例：试算结果可以接受");
    await second.getByRole("button", { name: "采用", exact: true }).click();
    assert.match(await main(second), /已采用/);
    await looked(second, "replay-adopted");
    await out(second);
});
