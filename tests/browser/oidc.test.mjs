// Signing in at a provider of identities: a real provider, run here, and a site of its own that
// sends people there. An identity counts once its owner linked it; what is forged on the way is refused.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";

import Provider from "oidc-provider";

import { axe, launch, shot } from "./site.mjs";

const PASSWORD = "山重水复疑无路柳暗花明-1";
const SECRET = "example-secret-of-the-provider-0123456789";

let browser, folder, issuer, server, site, url;

async function provider() {
    server = createServer().listen(0, "127.0.0.1");
    await new Promise((go) => server.once("listening", go));
    issuer = `http://127.0.0.1:${server.address().port}`;
    const made = new Provider(issuer, {
        clients: [
            {
                client_id: "xinheng",
                client_secret: SECRET,
                // A native client may come back on any port of the machine (RFC 8252, 7.3).
                application_type: "native",
                redirect_uris: ["http://127.0.0.1/sign-in/oidc/callback"],
                grant_types: ["authorization_code"],
                response_types: ["code"],
                token_endpoint_auth_method: "client_secret_basic",
            },
        ],
        pkce: { required: () => true, methods: ["S256"] },
        findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    });
    server.on("request", made.callback());
}

async function serve() {
    folder = mkdtempSync(join(tmpdir(), "xinheng-oidc-"));
    const env = {
        ...process.env,
        XINHENG_DATA: join(folder, "data"),
        XINHENG_OIDC_ISSUER: issuer,
        XINHENG_OIDC_CLIENT: "xinheng",
        XINHENG_OIDC_SECRET: SECRET,
    };
    execFileSync(process.env.XINHENG_BIN, ["migrate"], { env, stdio: "ignore" });
    site = spawn(process.env.XINHENG_BIN, ["serve", "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "pipe", "pipe"] });
    site.log = "";
    site.stderr.on("data", (text) => (site.log += text));
    url = await new Promise((go, fail) => {
        site.once("exit", () => fail(new Error(site.log)));
        site.stdout.on("data", (text) => {
            const address = String(text).match(/http:\/\/[0-9.:]+/);
            if (address) go(address[0]);
        });
    });
}

before(async () => {
    await provider();
    await serve();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    site?.kill();
    server?.close();
    server?.closeAllConnections();
    if (folder) rmSync(folder, { recursive: true, force: true });
});

async function person() {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "zh-CN", bypassCSP: true });
    // The provider's sample pages ask for a typeface from elsewhere.
    await context.route((address) => address.hostname !== "127.0.0.1", (route) => route.abort());
    return context.newPage();
}

async function registered(login) {
    const page = await person();
    await page.goto(`${url}/register`);
    await page.getByLabel("登录名").fill(login);
    await page.getByLabel("姓名").fill("示例丙");
    await page.getByLabel("口令").fill(PASSWORD);
    await page.getByRole("button", { name: "开立" }).click();
    await page.waitForURL(`${url}/centre`);
    return page;
}

// Says who one is at the provider, and that the platform may know it.
async function atProvider(page, identity) {
    await consenting(page, identity);
    await page.locator("button[type=submit]").click();
}

async function consenting(page, identity) {
    await page.waitForURL(`${issuer}/**`);
    await page.locator("input[name=login]").fill(identity);
    await page.locator("input[name=password]").fill("any");
    await page.locator("button[type=submit]").click();
    await page.getByRole("button", { name: "Continue" }).waitFor();
}

async function linked(page, identity) {
    await page.goto(`${url}/account`);
    await page.getByRole("button", { name: "关联外部身份" }).click();
    await axe(page, "leading to the provider");
    await page.locator("main a").first().click();
    await atProvider(page, identity);
    await page.waitForURL(`${url}/account`);
}

test("an identity is linked once, and then signs its owner in", async () => {
    const page = await registered("lianjie");
    await linked(page, "identity-1");
    await shot(page, "desk-account-linked");
    await page.getByRole("button", { name: "退出" }).click();

    const other = await person();
    await other.goto(`${url}/sign-in?next=%2Fcentre%2Fclaims`);
    await other.getByRole("link", { name: "用统一身份登录" }).click();
    await atProvider(other, "identity-1");
    await other.waitForURL(`${url}/centre/claims`);
    assert.ok((await other.locator("header").innerText()).includes("示例丙"));

    // The same identity does not go to a second account.
    const second = await registered("dierge");
    await second.goto(`${url}/account`);
    await second.getByRole("button", { name: "关联外部身份" }).click();
    await second.locator("main a").first().click();
    await atProvider(second, "identity-1");
    await second.waitForURL(`${url}/sign-in/oidc/callback**`);
    assert.ok((await second.locator("main").innerText()).includes("已经关联了账号"));

    await other.goto(`${url}/account`);
    await other.getByRole("button", { name: "全部取消关联" }).click();
    const gone = await person();
    await gone.goto(`${url}/sign-in/oidc`);
    await atProvider(gone, "identity-1");
    await gone.waitForURL(`${url}/sign-in/oidc/callback**`);
    assert.ok((await gone.locator("main").innerText()).includes("还没有关联本平台的账号"));
});

test("an identity that nobody linked opens nothing", async () => {
    const page = await person();
    await page.goto(`${url}/sign-in/oidc`);
    await atProvider(page, "identity-of-nobody");
    await page.waitForURL(`${url}/sign-in/oidc/callback**`);
    assert.ok((await page.locator("main").innerText()).includes("还没有关联本平台的账号"));
    await page.goto(`${url}/centre`);
    assert.match(page.url(), /\/sign-in/);
});

// The address the provider sends a browser back to, with nobody having gone there yet.
async function wayBack(page, identity) {
    await page.goto(`${url}/sign-in/oidc`);
    await consenting(page, identity);
    const asking = page.context().request;
    let answer = await asking.post(await page.locator("form").first().getAttribute("action"), {
        form: { prompt: "consent" },
        maxRedirects: 0,
    });
    for (;;) {
        const next = new URL(answer.headers().location, issuer).href;
        if (next.startsWith(url)) return next;
        answer = await asking.get(next, { maxRedirects: 0 });
    }
}

test("a way back that is forged, another's or used is refused", async () => {
    const page = await registered("weizao");
    await linked(page, "identity-2");
    await page.getByRole("button", { name: "退出" }).click();
    const refused = async (one, address, what) => {
        await one.goto(address);
        assert.ok((await one.locator("main").innerText()).includes("没有完成"), what);
        await one.goto(`${url}/centre`);
        assert.match(one.url(), /\/sign-in/, what);
    };

    const mine = await person();
    const address = await wayBack(mine, "identity-2");
    await refused(await person(), address, "in a browser that did not begin");
    const other = await person();
    await wayBack(other, "identity-of-nobody");
    await refused(other, address, "of another round");
    const forged = new URL(address);
    forged.searchParams.set("state", "A".repeat(22));
    await refused(mine, forged.href, "another state");

    const again = await person();
    const good = await wayBack(again, "identity-2");
    const round = await again.context().cookies();
    await again.goto(good);
    assert.match(again.url(), /\/centre/);
    await again.context().clearCookies();
    await again.context().addCookies(round);
    await refused(again, good, "a code that was used");
    assert.ok(!site.log.includes(SECRET), "the secret stands in the log");
});
