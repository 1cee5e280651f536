// People at the workplaces: how they come in, what they do with a case, and how their pages are looked at.

import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { appendFileSync } from "node:fs";
import assert from "node:assert/strict";

import { WIDTHS, axe, launch, noSidewaysScroll, shot, url } from "./site.mjs";

export const PASSWORD = "山重水复疑无路柳暗花明-1";
export const work = process.env.XINHENG_DATA;

let browser;
export async function come() {
    browser = await launch();
}
export async function leave() {
    await browser?.close();
}

export function command(...words) {
    const told = execFileSync(process.env.XINHENG_BIN, [...words, "--json"], { encoding: "utf8" });
    return JSON.parse(told.trim().split("\n").at(-1));
}

// RFC 6238 with SHA-1, six figures, thirty seconds.
export function code(secret, now = Date.now()) {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = "";
    for (const letter of secret) bits += letters.indexOf(letter).toString(2).padStart(5, "0");
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
    const mac = createHmac("sha1", key).update(counter).digest();
    const at = mac.at(-1) & 15;
    return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export async function person() {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "zh-CN", bypassCSP: true });
    return context.newPage();
}

export async function signIn(page, login, password) {
    await page.goto(`${url}/sign-in`);
    await page.getByLabel("登录名").fill(login);
    await page.getByLabel("口令", { exact: true }).fill(password);
    await page.locator("main").getByRole("button", { name: "登录" }).click();
}

// Keeps a secret for the look through log and register afterwards.
export function told(secret) {
    if (process.env.XINHENG_TOLD) appendFileSync(process.env.XINHENG_TOLD, `${secret}\n`);
}

// The first sign-in of somebody with a role of the console: new password, second factor, recovery codes.
export async function firstSignIn(page, login, first) {
    told(first);
    await signIn(page, login, first);
    await page.getByLabel("现在的口令").fill(first);
    await page.getByLabel("新口令").fill(PASSWORD);
    await page.getByLabel("再输一次").fill(PASSWORD);
    await looked(page, "password");
    await page.getByRole("button", { name: "修改" }).click();
    const secret = await page.locator("input[name=secret]").getAttribute("value");
    told(secret);
    await looked(page, "factor");
    await page.getByLabel("验证码").fill(code(secret));
    await page.getByRole("button", { name: "启用" }).click();
    assert.match(await page.locator("h1").innerText(), /恢复码/);
    for (const recovery of await page.locator("main li code").allInnerTexts()) told(recovery);
    await looked(page, "codes");
    await page.getByRole("link", { name: "已抄好，继续" }).click();
    return secret;
}

const seen = new Set();
// Looks at a page once: accessibility, three widths, a picture.
export async function looked(page, name) {
    if (seen.has(name)) return;
    seen.add(name);
    await axe(page, name);
    for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await noSidewaysScroll(page, `${name} at ${width}`);
        if (width !== 390) await shot(page, `desk-${name}-${width}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
}

export async function out(page) {
    await page.getByRole("button", { name: "退出" }).click();
}

// An officer does one thing with a case.
export async function act(page, label, { reason = "", on = "", number = "" } = {}) {
    await page.getByLabel(label, { exact: true }).check();
    if (number) await page.getByLabel(/^生效文书文号/).fill(number);
    if (reason) await page.getByLabel("理由或答复").fill(reason);
    if (on) await page.getByLabel("送达日期").fill(on);
    await page.getByRole("button", { name: "办理", exact: true }).click();
}

export async function add(page, kind, file) {
    await page.getByLabel("是什么材料").selectOption({ label: kind });
    await page.getByLabel(/^文件/).setInputFiles(file);
    await page.getByRole("button", { name: "上传", exact: true }).click();
}
