// What a reader does: by keyboard from the skip link to 为何在此, in English, without script.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open, places, url } from "./site.mjs";

let browser;
let found;

before(async () => {
    browser = await launch();
    found = await places(browser);
});

after(() => browser?.close());

const focused = (page) =>
    page.evaluate(() => (document.activeElement?.textContent ?? "").replace(/\s+/g, " ").trim());

async function tabTo(page, wanted, limit = 80) {
    for (let pressed = 0; pressed < limit; pressed += 1) {
        const here = await page.evaluate(
            (selector) => document.activeElement?.matches(selector) ?? false,
            wanted,
        );
        if (here) return;
        await page.keyboard.press("Tab");
    }
    assert.fail(`Tab does not reach ${wanted}; stopped at “${await focused(page)}”`);
}

test("by keyboard: skip link, search, a result, why a record is here", async () => {
    const { page, close } = await open(browser, "/");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "跳到正文");
    await page.keyboard.press("Enter");
    assert.match(page.url(), /#main$/);
    await tabTo(page, "#q");
    await page.keyboard.type(found.name);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/search\?q=/);
    await tabTo(page, ".hits h3 a");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/subjects\//);
    await tabTo(page, "#penalties details > summary");
    assert.match(await focused(page), /^为何在此/);
    await page.keyboard.press("Enter");
    const body = page.locator("#penalties details[open] .why__body").first();
    await body.waitFor({ state: "visible" });
    for (const word of ["来源行", "归集批次", "公示摘要", "信源单位", "公示依据", "最晚停止", "版本"]) {
        assert.match(await body.textContent(), new RegExp(word));
    }
    await close();
});

test("what has the focus can be seen", async () => {
    const { page, close } = await open(browser, found.penalised);
    for (let pressed = 0; pressed < 30; pressed += 1) {
        await page.keyboard.press("Tab");
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.notEqual(outline, "none", `no focus ring on “${await focused(page)}”`);
    }
    await close();
});

test("a code finds one subject; spaces between its parts do not matter", async () => {
    const { page, close } = await open(browser, "/search");
    await page.fill("#q", found.code.replace(/(.{2})(.{6})(.{9})/, "$1 $2 $3 "));
    await page.press("#q", "Enter");
    await page.waitForURL(/q=/);
    assert.equal(await page.locator(".hits > li").count(), 1);
    await close();
});

test("an identity number is neither searched nor repeated", async () => {
    const number = "11010519491231002X";
    const { page, response, close } = await open(browser, `/search?q=${number}`);
    assert.ok(!(await response.text()).includes(number));
    assert.match(await page.textContent("main"), /不查个人/);
    await close();
});

test("without script: search, file, record, submission, another day", async () => {
    const { page, close } = await open(browser, "/", { script: false });
    await page.fill("#q", found.name);
    await page.press("#q", "Enter");
    await page.click(".hits h3 a");
    assert.match(await page.textContent("h1"), /./);
    await page.click("#penalties details > summary");
    await page.click("#penalties h3 a");
    assert.match(page.url(), /\/records\//);
    await page.click(".why__body a[href^='/submissions/']");
    assert.match(await page.textContent("main"), /各行去向/);
    await page.goto(url + found.penalised);
    await page.fill("#asof", "2026-06-30");
    await page.click("#another-day button");
    assert.match(await page.textContent("main"), /这是 2026-06-30 那天的档案/);
    await close();
});

test("a report is issued, opened by its holder alone, and verified", async () => {
    const { page, close } = await open(browser, found.penalised, { script: false });
    const request = page.context().request;
    const issued = await request.post(`${url}${found.penalised}/report`, { maxRedirects: 0 });
    assert.equal(issued.status(), 303);
    const address = issued.headers().location;
    const pdf = await request.get(url + address);
    assert.equal(pdf.headers()["content-type"], "application/pdf");
    assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
    const [bare, code] = address.split("?code=");
    assert.equal((await request.get(url + bare)).status(), 404);
    await page.goto(`${url}/verify`);
    await page.fill("#code", code.replace(/(.{5})/g, "$1 ").toLowerCase());
    await page.press("#code", "Enter");
    await page.waitForURL(/\/verify\/[0-9A-Z]{26}$/);
    assert.match(await page.textContent("#answer-h"), /仍然成立/);
    assert.equal((await page.goto(`${url}/verify/NONE`)).status(), 404);
    assert.match(await page.textContent("#answer-h"), /没有出具过/);
    await close();
});

test("English is one press away, stays, and leads back", async () => {
    const { page, close } = await open(browser, found.penalised, { script: false });
    await page.click("a[hreflang=en]");
    assert.equal(await page.getAttribute("html", "lang"), "en");
    await page.click(".brand");
    assert.equal(await page.getAttribute("html", "lang"), "en");
    await page.click("a[hreflang=zh-CN]");
    assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
    await page.goto(`${url}/rights`);
    assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
    await close();
});

test("filters and the next page keep to each other", async () => {
    const { page, close } = await open(browser, "/public/licence", { script: false });
    await page.selectOption("#department", "scjg");
    await page.click(".filters button");
    assert.match(page.url(), /department=scjg/);
    const first = await page.locator("tbody td a").first().getAttribute("href");
    await page.click("a[rel=next]");
    assert.match(page.url(), /department=scjg/);
    assert.notEqual(await page.locator("tbody td a").first().getAttribute("href"), first);
    await page.click("text=回到第一页");
    assert.match(page.url(), /department=scjg/);
    assert.equal(await page.locator("tbody td a").first().getAttribute("href"), first);
    await close();
});

test("what is not there is a page, in its own status", async () => {
    const { page, close } = await open(browser, "/", { script: false });
    for (const [path, status] of [
        ["/nowhere", 404],
        ["/subjects/91419900XXXXXXXXXX", 404],
        [`${found.penalised}/records/1`, 404],
        [`${found.penalised}?as_of=tomorrow`, 400],
        ["/public/penalty?from=31.01.2026", 400],
        ["/public/social_insurance", 404],
        [`${found.penalised}/report`, 405],
    ]) {
        const response = await page.goto(url + path);
        assert.equal(response.status(), status, path);
        assert.equal(await page.locator("main h1").count(), 1, path);
        assert.equal(await page.locator("main a[href='/']").count(), 1, path);
    }
    await close();
});

test("every link on the main pages leads somewhere", async () => {
    const { page, close } = await open(browser, "/", { script: false });
    const seen = new Set();
    for (const path of ["/", "/today", "/catalogue", "/law", "/rights", "/about", found.penalised, found.record]) {
        await page.goto(url + path);
        const hrefs = await page.locator("a[href]").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
        for (const href of hrefs) {
            const [address, anchor] = href.split("#");
            if (anchor && !address) {
                assert.equal(await page.locator(`[id="${anchor}"]`).count(), 1, `${path} → ${href}`);
            }
            if (address && !seen.has(href)) seen.add(href);
        }
    }
    for (const href of seen) {
        const response = await page.context().request.get(url + href.split("#")[0]);
        assert.ok(response.ok(), `${href}: ${response.status()}`);
        const anchor = href.split("#")[1];
        if (anchor) assert.ok((await response.text()).includes(`id="${anchor}"`), href);
    }
    await close();
});
