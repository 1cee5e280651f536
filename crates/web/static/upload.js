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
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (sent) => {
        if (!sent.lengthComputable) return;
        const percent = Math.floor((sent.loaded * 100) / sent.total);
        bar.value = percent;
        words.textContent = `${form.dataset.sending} ${percent}%`;
    });
    request.addEventListener("error", () => stop(form.dataset.broken));
    request.addEventListener("load", () => {
        if (request.status < 400) {
            location.assign(request.responseURL);
            return;
        }
        // A refusal is a page of its own; what it says is said here.
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const said = page.querySelector("main")?.textContent ?? form.dataset.broken;
        stop(said.replace(/\s+/g, " ").trim());
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
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
