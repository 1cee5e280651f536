// The site under test, the browser, and the checks every page must pass.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

import AxeBuilder from "@axe-core/playwright";
import { chromium } from "playwright-core";

export const url = (process.env.XINHENG_URL ?? "").replace(/\/$/, "");

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
export const WIDTHS = [360, 390, 1280];

// Pictures of the pages, only where a folder is named for them.
const shots = process.env.XINHENG_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

export async function shot(page, name) {
    if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

export async function paper(page, name) {
    if (shots) await page.pdf({ path: join(shots, `${name}.pdf`), format: "A4" });
}

function executable() {
    if (process.env.CHROMIUM) return process.env.CHROMIUM;
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
        try {
            return execFileSync("which", [name], { encoding: "utf8" }).trim();
        } catch {
            // the next name
        }
    }
    throw new Error("no Chromium: install it or set CHROMIUM");
}

export async function launch() {
    assert.ok(url, "XINHENG_URL names no site; run tests/browser/run.sh");
    return chromium.launch({
        executablePath: executable(),
        headless: true,
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    });
}

// axe is our script in a page whose policy allows none, so the policy is bypassed for it alone.
export async function open(browser, path, { width = 1280, script = true, ...rest } = {}) {
    const context = await browser.newContext({
        viewport: { width, height: 900 },
        javaScriptEnabled: script,
        bypassCSP: script,
        locale: "zh-CN",
        ...rest,
    });
    const page = await context.newPage();
    const wrong = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("requestfailed", (request) => wrong.push(`failed: ${request.url()}`));
    page.on("request", (request) => {
        if (!request.url().startsWith(url)) wrong.push(`went elsewhere: ${request.url()}`);
    });
    const response = await page.goto(url + path);
    return { page, response, wrong, close: () => context.close() };
}

export async function axe(page, what) {
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    const told = violations.map(
        (one) => `${one.impact} ${one.id}: ${one.help}\n    ${one.nodes.map((node) => node.html.slice(0, 200)).slice(0, 5).join("\n    ")}`,
    );
    assert.equal(told.length, 0, `${what}\n  ${told.join("\n  ")}`);
}

export async function noSidewaysScroll(page, what) {
    const { wide, over } = await page.evaluate(() => {
        const limit = document.documentElement.clientWidth;
        const beyond = [...document.querySelectorAll("main *, header *, footer *")]
            .filter((one) => one.getBoundingClientRect().right > limit + 1)
            .filter((one) => !one.closest(".scroll, .index, .off-screen, svg"));
        const wide = document.documentElement.scrollWidth > limit;
        return { wide, over: beyond.slice(0, 5).map((one) => one.outerHTML.slice(0, 160)) };
    });
    assert.ok(!wide, `${what} scrolls sideways:\n  ${over.join("\n  ")}`);
}

export const openAll = (page) =>
    page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));

// Addresses of one page of each kind, found the way a reader finds them.
export async function places(browser) {
    const { page, close } = await open(browser, "/public/penalty");
    const href = (selector) => page.locator(selector).first().getAttribute("href");
    const penalised = await href("tbody th a");
    const record = await href("tbody td a[href*='/records/']");
    await page.goto(url + record);
    const submission = await href(".why__body a[href^='/submissions/']");
    const code = (await page.locator(".subject__line .uscc").first().textContent()).trim();
    const name = (await page.locator(".subject__line a").first().textContent()).trim();
    await page.goto(url + "/public/licence");
    const licensed = await href("tbody th a");
    const nextPage = await href("a[rel=next]");
    await close();
    return { penalised, record, submission, licensed, nextPage, code, name };
}

// The binary that serves the site, where it is ours to command.
export const binary = process.env.XINHENG_BIN;

function command(...words) {
    const folder = mkdtempSync(join(tmpdir(), "xinheng-browser-"));
    try {
        return execFileSync(binary, words.map((word) => (typeof word === "function" ? word(folder) : word)), {
            cwd: folder,
            encoding: "utf8",
        });
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

// Codes of a report that stands, of one that was revoked, and of one whose subject changed since.
export async function reports(browser, { penalised, licensed, code, name }) {
    const { page, close } = await open(browser, "/");
    const issue = async (subject) => {
        const issued = await page.context().request.post(`${url}${subject}/report`, { maxRedirects: 0 });
        const [, number, verification] = issued.headers().location.match(/reports\/(\d+)\.pdf\?code=(\w+)/);
        return { number, verification };
    };
    const codes = { valid: (await issue(licensed)).verification };
    if (binary) {
        const revoked = await issue(penalised);
        command("report", "--revoke", revoked.number, "--reason", "出具有误");
        codes.revoked = revoked.verification;
        codes.superseded = (await issue(penalised)).verification;
        const organ = ["示例市市场监督管理局", "11419900419900016T"];
        const row = {
            YC_XDR_MC: name, YC_XDR_LB: "法人及非法人组织", YC_XDR_SHXYM: code, YC_WSH: "示市监异〔2026〕99号",
            YC_LRYY: "无法联系", YC_LRRQ: "2026-10-08", YC_LRJG: organ[0], YC_LRJGDM: organ[1],
            YC_SJLY: organ[0], YC_SJLYDM: organ[1],
        };
        const csv = `${Object.keys(row).join(",")}\n${Object.values(row).join(",")}\n`;
        command("import", "--item", "abnormal", "--department", "scjg", (folder) => {
            const file = join(folder, "abnormal.csv");
            writeFileSync(file, csv);
            return file;
        });
    } else {
        console.log("skipped: no binary to revoke a report with (XINHENG_BIN)");
    }
    await close();
    return codes;
}
