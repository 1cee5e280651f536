// How far a file is: its bytes while they are sent, its rows while they are checked.
// Without this script the same forms and pages do the same; they only say less on the way.
"use strict";

// A form with a file: sent here, so that the bytes can be counted.
function send(event) {
    const form = event.target;
    const button = form.querySelector("button[type=submit]");
    const bar = document.createElement("progress");
    const words = document.createElement("p");
    words.className = "small";
    words.setAttribute("role", "status");
    bar.max = 100;
    bar.setAttribute("aria-label", form.dataset.sending);
    event.preventDefault();
    button.disabled = true;
    form.append(bar, words);

    const stop = (text) => {
        bar.remove();
        button.disabled = false;
        words.textContent = text;
    };
    const progress = (sent, of) => {
        const percent = Math.floor((sent * 100) / of);
        bar.value = percent;
        words.textContent = `${form.dataset.sending} ${percent}%`;
    };
    // A refusal is a page of its own; what it says is said here.
    const refused = (text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        const said = page.querySelector("main")?.textContent ?? form.dataset.broken;
        stop(said.replace(/\s+/g, " ").trim());
    };
    const file = form.querySelector("input[type=file]")?.files?.[0];
    if (file && LARGE < file.size) {
        sendParts(form, file, progress).then(
            async (answer) =>
                answer.ok ? location.assign(answer.url) : refused(await answer.text()),
            () => stop(form.dataset.resume ?? form.dataset.broken),
        );
        return;
    }
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (sent) => {
        if (!sent.lengthComputable) return;
        progress(sent.loaded, sent.total);
    });
    request.addEventListener("error", () => stop(form.dataset.broken));
    request.addEventListener("load", () => {
        if (request.status < 400) {
            location.assign(request.responseURL);
            return;
        }
        refused(request.responseText);
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
}

// A large file comes in parts, each behind the one before: a connection that breaks, or a page that is
// closed, costs the part that was on its way and no more.
const LARGE = 8 << 20;
const PART = 4 << 20;
const TRIES = 8;

async function sendParts(form, file, tell) {
    const token = form.querySelector("[name=form_token]").value;
    const known = `upload:${form.action}:${file.name}:${file.size}:${file.lastModified}`;
    const ask = async (path, options) => {
        const answer = await fetch(path, options);
        if (answer.status >= 500) throw new Error("server");
        return answer;
    };
    let stands = null;
    const before = localStorage.getItem(known);
    if (before) {
        const answer = await fetch(`/console/uploads/${before}`);
        if (answer.ok) stands = await answer.json();
    }
    if (!stands) {
        const body = new URLSearchParams({ form_token: token, file_name: file.name, bytes: file.size });
        const answer = await fetch("/console/uploads", { method: "POST", body });
        if (!answer.ok) return answer;
        stands = await answer.json();
        localStorage.setItem(known, stands.upload);
    }
    const place = `/console/uploads/${stands.upload}`;
    for (let failed = 0; stands.offset < file.size; ) {
        tell(stands.offset, file.size);
        const part = file.slice(stands.offset, stands.offset + PART);
        const query = new URLSearchParams({ offset: stands.offset, form_token: token });
        try {
            const answer = await ask(`${place}?${query}`, { method: "PUT", body: part });
            if (!answer.ok && answer.status !== 409) return answer;
            stands = await answer.json();
            failed = answer.ok ? 0 : failed + 1;
        } catch (broken) {
            failed += 1;
        }
        if (TRIES < failed) throw new Error("broken");
        if (failed) {
            await new Promise((done) => setTimeout(done, 500 * 2 ** failed));
            const answer = await fetch(place).catch(() => null);
            if (answer?.ok) stands = await answer.json();
        }
    }
    const fields = new FormData(form);
    fields.delete("file");
    const body = new URLSearchParams(fields);
    const answer = await fetch(`${place}/submission`, { method: "POST", body });
    if (answer.ok) localStorage.removeItem(known);
    return answer;
}

// A delivery under way: asked about until it has ended, when its page says what became of it.
async function follow(bar) {
    const rows = document.getElementById("rows");
    for (let ended = false; !ended; ) {
        await new Promise((done) => setTimeout(done, 500));
        const answer = await fetch(bar.dataset.follow, { headers: { accept: "application/json" } });
        if (!answer.ok) break;
        const now = await answer.json();
        bar.value = now.percent;
        rows.textContent = now.rows;
        ended = !now.running;
    }
    location.reload();
}

for (const form of document.querySelectorAll("form[data-sending]")) {
    form.addEventListener("submit", send);
}
const bar = document.querySelector("progress[data-follow]");
if (bar) follow(bar).catch(() => location.reload());
