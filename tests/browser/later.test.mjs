// The same city two weeks later, by the clock of its site: what nobody did in time, and what followed.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";

import { PASSWORD, act, code, come, leave, looked, person, signIn, work } from "./people.mjs";
import { url } from "./site.mjs";

before(come);
after(leave);

const DAYS = Number(process.env.XINHENG_LATER_DAYS);
const { company, disputed, secrets } = JSON.parse(readFileSync(join(work, "..", "later.json"), "utf8"));

async function officer(login) {
    const page = await person();
    await signIn(page, login, PASSWORD);
    await page.getByLabel("验证码或恢复码").fill(code(secrets[login], Date.now() + DAYS * 86_400_000));
    await page.getByRole("button", { name: "继续" }).click();
    return page;
}

const portal = () => fetch(`${url}/subjects/${company}/records/${disputed.record}`);

// The site looks at the deadlines once it has started.
async function until(holds) {
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
        if (await holds()) return;
        await new Promise((go) => setTimeout(go, 200));
    }
    assert.fail("nothing came of it within a minute");
}

test("an objection that its source lets lapse is taken down until it is answered", async () => {
    await until(async () => (await portal()).status === 404);
    const file = await (await fetch(`${url}/api/v1/subjects/${company}/file`)).text();
    assert.ok(file.includes(company) && !file.includes("99002号"), "gone from the API");

    const page = await person();
    await signIn(page, "faren", PASSWORD);
    await page.goto(`${url}/centre/cases/${disputed.case}`);
    assert.match(await page.locator("main").innerText(), /信源单位逾期未答复，该信息停止公示/);
    await looked(page, "centre-lapsed");

    const clerk = await officer("jingban");
    await clerk.goto(`${url}/console`);
    const cases = clerk.locator("#tasks tr", { has: clerk.locator('a[href^="/console/cases"]') });
    assert.match(await cases.innerText(), /[1-9]\d* 件即将到期或已逾期/);
    await looked(clerk, "home-late");
    await cases.getByRole("link").click();
    const row = clerk.locator("tbody tr", { has: clerk.locator(`a[href="/console/cases/${disputed.case}"]`) });
    assert.match(await row.innerText(), /逾期/);
    await row.getByRole("link").first().click();
    await looked(clerk, "case-lapsed");
    assert.equal(await clerk.getByLabel("延长答复期限一次").count(), 0, "what ran out is not extended");
    const paper = join(work, "笔录.pdf");
    writeFileSync(paper, "%PDF-1.4\n% paper\n");
    await clerk.getByLabel(/^文件/).setInputFiles(paper);
    await clerk.getByRole("button", { name: "上传", exact: true }).click();
    await act(clerk, "异议不成立", { reason: "罚款金额与决定书一致。" });
    const back = await portal();
    assert.equal(back.status, 200, "answered, it is public again");
    assert.ok(!(await back.text()).includes("异议处理中"));

    const centre = await officer("zhongxin");
    await centre.goto(`${url}/console/assessment`);
    assert.match(await centre.locator("main").innerText(), /信源单位答复异议 1/, "the answer came, and it still counts");
    await looked(centre, "assessment-late");
});
