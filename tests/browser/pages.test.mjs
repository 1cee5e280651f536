// Every kind of page: accessibility, width, dark, print, script off, English.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { WIDTHS, axe, launch, noSidewaysScroll, open, openAll, paper, places, reports, shot } from "./site.mjs";

let browser;
let kinds;

before(async () => {
    browser = await launch();
    const found = await places(browser);
    kinds = {
        home: "/",
        today: "/today",
        search: `/search?q=${encodeURIComponent("示例")}`,
        "search-nothing": `/search?q=${encodeURIComponent("查无此店甲乙丙丁")}`,
        subject: found.penalised,
        "subject-licensed": found.licensed,
        "subject-earlier": `${found.penalised}?as_of=2026-06-30`,
        record: found.record,
        submission: found.submission,
        "list-licence": "/public/licence",
        "list-penalty": "/public/penalty",
        "list-filtered": "/public/penalty?from=2026-01-01&department=scjg",
        "list-empty": "/public/penalty?from=2001-01-01&until=2001-01-02",
        catalogue: "/catalogue",
        item: "/catalogue/penalty",
        law: "/law",
        rights: "/rights",
        about: "/about",
        accessibility: "/accessibility",
        verify: "/verify",
        "verify-unknown": "/verify/00000000000000000000000000",
        "search-person": "/search?q=11010519491231002X",
        "item-not-public": "/catalogue/social_insurance",
        "list-page-2": found.nextPage,
        docs: "/api/v1/docs",
        "not-found": "/subjects/91419900XXXXXXXXXX",
    };
    for (const [state, code] of Object.entries(await reports(browser, found))) {
        kinds[`verify-${state}`] = `/verify/${code}`;
    }
});

after(() => browser?.close());

test("each kind of page passes axe, shut and open, and keeps to its width", async (t) => {
    for (const [kind, path] of Object.entries(kinds)) {
        for (const width of WIDTHS) {
            await t.test(`${kind} at ${width}`, async () => {
                const { page, wrong, close } = await open(browser, path, { width });
                const what = `${kind} (${path}) at ${width}`;
                await noSidewaysScroll(page, what);
                if (width !== 390) await axe(page, what);
                await shot(page, `${kind}-${width}`);
                await openAll(page);
                await noSidewaysScroll(page, `${what}, open`);
                if (width !== 390) await axe(page, `${what}, open`);
                assert.deepEqual(wrong, []);
                await close();
            });
        }
    }
});

test("each kind of page passes axe in the dark and in English", async (t) => {
    for (const [kind, path] of Object.entries(kinds)) {
        await t.test(kind, async () => {
            const english = `${path}${path.includes("?") ? "&" : "?"}lang=en`;
            for (const [words, address] of [["dark", path], ["dark-en", english]]) {
                const { page, close } = await open(browser, address, { colorScheme: "dark" });
                await axe(page, `${kind}, ${words}`);
                await shot(page, `${kind}-${words}`);
                await close();
            }
            for (const width of [360, 1280]) {
                const { page, close } = await open(browser, english, { width });
                assert.equal(await page.getAttribute("html", "lang"), "en");
                await noSidewaysScroll(page, `${kind} in English at ${width}`);
                await shot(page, `${kind}-en-${width}`);
                await close();
            }
        });
    }
});

test("text at 200 per cent keeps to a phone's width", async () => {
    for (const kind of ["home", "subject", "record", "list-penalty"]) {
        const { page, close } = await open(browser, kinds[kind], { width: 780 });
        await page.addStyleTag({ content: "html { font-size: 200% }" });
        await noSidewaysScroll(page, `${kind} at 200 %`);
        await close();
    }
});

test("on paper every disclosure is open and nothing is lost", async () => {
    for (const kind of ["home", "subject", "record"]) {
        const { page, close } = await open(browser, kinds[kind], { width: 794 });
        await page.emulateMedia({ media: "print" });
        await shot(page, `${kind}-print`);
        if (kind === "subject") {
            const body = page.locator("details.why .why__body").first();
            assert.ok((await body.boundingBox())?.height > 20, "为何在此 is shut on paper");
        }
        await paper(page, kind);
        await close();
    }
});

test("every page is whole with script switched off, and holds none", async () => {
    for (const [kind, path] of Object.entries(kinds)) {
        const { page, response, close } = await open(browser, path, { script: false });
        const html = await response.text();
        assert.ok(!/<script|\son[a-z]+=|style=/.test(html), `${kind} holds script or inline style`);
        assert.equal(await page.locator("main h1").count(), 1, `${kind} has one title`);
        assert.equal(await page.locator("main h1").isVisible(), true, kind);
        const headers = response.headers();
        assert.match(headers["content-security-policy"], /^default-src 'none'; style-src 'self'/);
        assert.equal(headers["x-content-type-options"], "nosniff");
        await close();
    }
});
